import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/**
 * A telephone number as E.164: a foreign one with its `+`, one of the merchant's own country
 * without. `undefined` for what cannot be dialled; an extension is not part of a number.
 */
export function phoneNumber(country: string | null, text: string): string | undefined {
  const known = country !== null && isSupportedCountry(country) ? country : undefined
  const options = { extract: false, ...(known && { defaultCountry: known }) }
  const phone = parsePhoneNumberFromString(text, options)
  return phone?.isValid() && !phone.ext ? phone.number : undefined
}
