import { z } from 'zod'
import type { FieldError } from '../problems'
import { contextWords } from './context-words'
import { cheapestSpelling, type TokenKind } from './guessing'

/** Dearer than any passphrase that people type; keeps the work of a request bounded (OWASP: long-password DoS). */
const MAX_CODE_POINTS = 128
/** About a billion guesses for someone who knows the owner and the usual tricks. */
const MIN_GUESSING_BITS = 30
const MIN_DISTINCT_CHARACTERS = 5

/**
 * A password in a request body: its shape only, so that it may stand in every body. Lone surrogates are
 * refused because all of them encode to the same bytes; NUL, spaces and any script are kept.
 */
export const passwordText = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => text.isWellFormed(), 'Not well-formed Unicode')

type Context = Readonly<{
  /** In code points after NFC. */
  minLength: number
  /** The owner's e-mail address, username and names, our host names: as they stand, no need to split them. */
  context: readonly string[]
  /** Where the password stands in the body. */
  pointer?: string
}>

/**
 * Why a password cannot be used; an empty list if it can. Rules of NIST SP 800-63B-4 §3.1.1.2: length in
 * code points, no composition rules, and the whole password held against what attackers try first. A long
 * phrase may contain any common word: it is refused only if common words, runs, repeats and the owner's
 * own names are nearly all there is.
 *
 * Codes: `too_short`, `too_long`, `too_common`, `contextual`, `sequential`, `repetitive`.
 */
export function checkPassword(password: string, rules: Context): FieldError[] {
  const pointer = rules.pointer ?? '#/password'
  const text = password.normalize('NFC')
  const length = [...text].length
  if (length > MAX_CODE_POINTS) return [{ pointer, code: 'too_long', detail: tooLong }]
  const errors: FieldError[] = []
  if (length < rules.minLength) {
    errors.push({ pointer, code: 'too_short', detail: tooShort(rules.minLength) })
  }
  const code = predictability(text, rules.context)
  return code ? [...errors, { pointer, code, detail: advice[code] }] : errors
}

const tooLong = `Use ${MAX_CODE_POINTS} characters at most.`
const tooShort = (minLength: number) =>
  `Use at least ${minLength} characters. Four or five words that have nothing to do with each other are easy to remember and hard to guess.`

const advice = {
  contextual:
    'This is made of your own name or address, or of ours, which is tried first. Add words that have nothing to do with you.',
  too_common:
    'This is one of the passwords that are tried first, or made of them. Use words that do not usually stand together.',
  sequential: 'This follows the alphabet, the numbers or the keys. Use words instead of a row of keys.',
  repetitive: 'This repeats the same few characters. Use different words instead.',
} as const

function predictability(
  text: string,
  context: readonly string[],
): keyof typeof advice | undefined {
  // Compared as an attacker's tool would: full-width and ligature forms folded, in lower case.
  const folded = text.normalize('NFKC').toLowerCase()
  const { bits, kinds } = cheapestSpelling(folded, contextWords(context))
  const kind = ORDER.find((candidate) => kinds.has(candidate))
  if (kind && bits < MIN_GUESSING_BITS) return kind
  return new Set(folded).size < MIN_DISTINCT_CHARACTERS ? 'repetitive' : undefined
}

/** The reason that tells the most comes first. */
const ORDER: readonly TokenKind[] = ['contextual', 'too_common', 'sequential', 'repetitive']
