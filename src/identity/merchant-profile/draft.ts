import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { insertFrom } from '../../platform/db/insert-where'
import { merchantProfiles } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { plainText } from '../../platform/text/display-name'
import { isCountry } from './country'
import { website } from './website'

/**
 * What a business says of itself. Numbers are held against their country's rules in
 * check-profile.ts.
 */
export const profileFields = {
  legal_name: plainText(200),
  trading_name: plainText(200),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country code such as NL')
    .refine(isCountry, 'must be the code of a country (ISO 3166-1 alpha-2)'),
  registration_number: plainText(40),
  tax_number: plainText(40),
  address: plainText(400),
  contact_name: plainText(80),
  phone: plainText(40),
  website,
}

/**
 * A business profile as first given. It is checked by its country's rules when it is edited or
 * submitted.
 */
export const merchantDraft = z.strictObject(profileFields).partial()

export type MerchantDraft = z.infer<typeof merchantDraft>

/** The statement that stores a draft for the user that `owner` (`FROM users WHERE …`) selects. */
export function insertDraft(deps: Pick<Deps, 'db' | 'now'>, draft: MerchantDraft, owner: SQL) {
  const now = deps.now().getTime()
  const values = {
    userId: sql`id`,
    state: 'draft',
    legalName: draft.legal_name ?? null,
    tradingName: draft.trading_name ?? null,
    country: draft.country ?? null,
    registrationNumber: draft.registration_number ?? null,
    taxNumber: draft.tax_number ?? null,
    address: draft.address ?? null,
    contactName: draft.contact_name ?? null,
    phone: draft.phone ?? null,
    website: draft.website ?? null,
    createdAt: now,
    updatedAt: now,
    version: 1,
  }
  return insertFrom(deps.db, merchantProfiles, values, owner)
}
