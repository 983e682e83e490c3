import * as z from 'zod'
import { profileFields } from '../../identity/merchant-profile/draft'

/** What a merchant changes. A field that is not given stays; `null` empties it. */
export const profileChange = z
  .strictObject({
    version: z.int().min(0).describe('As it was read; 0 while there is no profile'),
    legal_name: profileFields.legal_name.nullish(),
    trading_name: profileFields.trading_name.nullish(),
    country: profileFields.country.nullish(),
    registration_number: profileFields.registration_number.nullish(),
    tax_number: profileFields.tax_number.nullish(),
    address: profileFields.address.nullish(),
    contact_name: profileFields.contact_name.nullish(),
    phone: profileFields.phone.nullish(),
    website: profileFields.website.nullish(),
  })
  .refine((change) => Object.keys(change).length > 1, {
    message: 'must have at least one field to change',
  })

export type ProfileChange = z.output<typeof profileChange>
