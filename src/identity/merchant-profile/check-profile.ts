import type { merchantProfiles } from '../../platform/db/merchant-schema'
import type { FieldError } from '../../platform/problems'
import type { profileFields } from './draft'
import type { NumberKind } from './registration-number'

type Row = typeof merchantProfiles.$inferSelect
export type FieldName = keyof typeof profileFields

/** The fields of a profile that there is not yet. */
export const NO_PROFILE: Profile = {
  legalName: null,
  tradingName: null,
  country: null,
  registrationNumber: null,
  taxNumber: null,
  address: null,
  contactName: null,
  phone: null,
  website: null,
}

/** The column of each field of a profile. */
export const columns = {
  legal_name: 'legalName',
  trading_name: 'tradingName',
  country: 'country',
  registration_number: 'registrationNumber',
  tax_number: 'taxNumber',
  address: 'address',
  contact_name: 'contactName',
  phone: 'phone',
  website: 'website',
} as const satisfies Record<FieldName, keyof Row>

/**
 * What an application cannot do without. Small businesses have no VAT number, and not all have a
 * site.
 */
const REQUIRED = [
  'legal_name',
  'country',
  'registration_number',
  'address',
  'contact_name',
  'phone',
] as const satisfies readonly FieldName[]

export type Profile = Pick<Row, (typeof columns)[FieldName]>
export type CheckedProfile = Profile & Pick<Row, 'registrationCheck' | 'taxCheck'>

/**
 * A profile with its numbers as they are stored, and what is wrong with it by field. The fields are
 * looked at together: a number that fits one country need not fit the one that replaces it.
 */
export async function checkProfile(profile: Profile): Promise<{
  errors: FieldError[]
  checked: CheckedProfile
}> {
  // Loaded when there is a number to check: every country's rules are a good part of a cold start.
  const { checkNumber } = await import('./registration-number')
  const errors: FieldError[] = []
  const { country } = profile
  function number(kind: NumberKind, field: 'registration_number' | 'tax_number') {
    const given = profile[columns[field]]
    // Without a country there is no rule yet; submitting asks for both.
    if (given === null || country === null) return { stored: given, check: null }
    const found = checkNumber(kind, country, given)
    if (found) return found
    errors.push({ pointer: `#/${field}`, detail: `is no ${kind} number of ${country}` })
    return { stored: given, check: null }
  }
  const registration = number('registration', 'registration_number')
  const tax = number('tax', 'tax_number')
  const phone = profile.phone === null ? null : await e164(country, profile.phone)
  if (phone === undefined) {
    errors.push({ pointer: '#/phone', detail: 'must be a number one can call, such as +31 20 …' })
  }
  const checked = {
    legalName: profile.legalName,
    tradingName: profile.tradingName,
    country,
    registrationNumber: registration.stored,
    registrationCheck: registration.check,
    taxNumber: tax.stored,
    taxCheck: tax.check,
    address: profile.address,
    contactName: profile.contactName,
    phone: phone ?? null,
    website: profile.website,
  }
  return { errors, checked }
}

/** What is still missing before a profile can be submitted. */
export const missingFields = (profile: Profile): FieldError[] =>
  REQUIRED.filter((field) => profile[columns[field]] === null).map((field) => ({
    pointer: `#/${field}`,
    detail: 'is required',
  }))

/** Loaded when there is one to check, like the rules of numbers. */
async function e164(country: string | null, text: string): Promise<string | undefined> {
  const { phoneNumber } = await import('./phone')
  return phoneNumber(country, text)
}
