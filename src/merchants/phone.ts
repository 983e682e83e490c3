import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min'

/** Whether it is a country or territory that has telephones (ISO 3166-1 alpha-2). */
export const isCountry = (code: string): code is CountryCode => isSupportedCountry(code)

/**
 * A telephone number as E.164: a foreign one with its `+`, one of the merchant's own country without.
 * `undefined` for what cannot be dialled; an extension is not part of a number.
 */
export function phoneNumber(country: string | null, text: string): string | undefined {
  const known = country !== null && isCountry(country) ? country : undefined
  const options = { extract: false, ...(known && { defaultCountry: known }) }
  const phone = parsePhoneNumberFromString(text, options)
  return phone?.isValid() && !phone.ext ? phone.number : undefined
}
