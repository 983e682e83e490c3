import { countryRules, type CountryRules } from './country-rules'

export type NumberKind = keyof CountryRules

/** `unchecked`: its country has no rule here, so that a reviewer has to look. */
export type Checked = Readonly<{ stored: string; check: 'valid' | 'unchecked' }>

/** All that stands in a number anywhere: Mexico has `&` and `Ñ`, Belgium writes `(0)` in front. */
const WRITTEN = /^[A-Z0-9Ñ&() ./-]{3,40}$/
/** What a number of a country without a rule looks like. */
const SHAPE = /^[A-Z0-9][A-Z0-9 ./-]{2,38}$/

/**
 * A number as it is stored, if it can be one: without what is between its characters, so that every
 * spelling of a number is one number. `undefined` where the check digit or the form is wrong.
 */
export function checkNumber(kind: NumberKind, country: string, given: string): Checked | undefined {
  const text = given.toUpperCase()
  if (!WRITTEN.test(text)) return undefined
  const rules = rulesOf(kind, country)
  if (!rules) {
    return SHAPE.test(text)
      ? { stored: text.replace(/[ ./-]/g, ''), check: 'unchecked' }
      : undefined
  }
  for (const rule of rules) {
    const { isValid, compact } = rule.validate(text)
    if (isValid && compact) return { stored: compact, check: 'valid' }
  }
  return undefined
}

/** A stored number as it is usually written in its country; others as they are. */
export function showNumber(kind: NumberKind, country: string | null, stored: string): string {
  const rules = country === null ? undefined : rulesOf(kind, country)
  // What came with the sign-up has not been checked, and formatting it might hide what is wrong.
  return rules?.find((rule) => rule.validate(stored).compact === stored)?.format(stored) ?? stored
}

const rulesOf = (kind: NumberKind, country: string) =>
  Object.hasOwn(countryRules, country) ? countryRules[country]?.[kind] : undefined
