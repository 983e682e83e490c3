import * as frSiren from 'stdnum/lib/cjs/fr/siren.js'
import * as frSiret from 'stdnum/lib/cjs/fr/siret.js'
import * as huAnum from 'stdnum/lib/cjs/hu/anum.js'

/** One kind of number: whether a text is one, its shortest form, and how it is usually written. */
export type NumberRule = Readonly<{
  validate: (text: string) => { isValid: boolean; compact?: string }
  format: (compact: string) => string
}>

/** A number without a check digit: all that its register says of it is this form. */
export const form = (pattern: RegExp): NumberRule => ({
  validate(text) {
    const compact = text.toUpperCase().replace(/[ ./-]/g, '')
    return pattern.test(compact) ? { isValid: true, compact } : { isValid: false }
  },
  format: (compact) => compact,
})

/** The forms of a company number that Companies House publishes; letters name the register. */
const COMPANIES_HOUSE = new RegExp(
  `^(?:(?:AC|CE|CS|FC|FE|GE|GS|IC|LP|NC|NF|NI|NL|NO|NP|OC|OE|PC|R0|RC|SA|SC|SE|SF|SG|SI|SL|SO|SR|SZ|ZC|\\d{2})\\d{6}|(?:IP|SP|RS)[A-Z\\d]{6}|SL\\d{5}[\\dA])$`,
)

/** Registers of England and Wales count without letters; people leave the zeros in front out. */
export const gbCompany: NumberRule = {
  validate: (text) => form(COMPANIES_HOUSE).validate(text.replace(/^\s*(\d{6,7})\s*$/, padded)),
  format: (compact) => compact,
}
const padded = (_: string, digits: string) => digits.padStart(8, '0')

/**
 * A SIRET names an establishment, its first nine digits (SIREN) the company: one company, one
 * number.
 */
export const frCompany: NumberRule = {
  validate(text) {
    const siret = frSiret.validate(text)
    return siret.isValid
      ? { isValid: true, compact: siret.compact.slice(0, 9) }
      : frSiren.validate(text)
  },
  format: frSiren.format,
}

/** The tax number in front has the check digit; what follows says how and where it is taxed. */
export const huTax: NumberRule = {
  validate(text) {
    const [, core = '', rest = ''] = /^(\d{8})-?(\d-?\d{2})?$/.exec(text) ?? []
    const { isValid } = huAnum.validate(core)
    return isValid ? { isValid, compact: core + rest.replace('-', '') } : huAnum.validate(text)
  },
  format: (compact) => compact.replace(/^(\d{8})(\d)(\d{2})$/, '$1-$2-$3'),
}
