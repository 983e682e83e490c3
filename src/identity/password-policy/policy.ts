import * as z from 'zod'
import type { Deps } from '../../platform/deps'
import { type FieldError, problem } from '../../platform/problems'
import { type BreachSettings, isBreached } from './breached'
import { contextWords } from './context-words'
import { cheapestSpelling, commonPasswords, type CommonPasswords, type TokenKind } from './guessing'

/**
 * More than anybody types; hashing a longer one would only cost us (OWASP: long-password denial of
 * service).
 */
const MAX_CODE_POINTS = 128
/**
 * Some ten billion guesses by someone who knows the owner and the usual tricks: three common words
 * pass, two do not.
 */
const MIN_GUESSING_BITS = 33
const MIN_DISTINCT_CHARACTERS = 5
/** What is repeated counts once, and alone this would be far too short. */
const MAX_UNIT_LENGTH = 7
const PASSWORD_POINTER = '#/password'

// Shape only. Lone surrogates are refused because all of them encode to the same bytes; NUL, spaces
// at the ends and every script are kept.
const text = z
  .string()
  .min(1)
  .max(1024)
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')

/** A password that somebody wants to have, before `requireGoodPassword`. */
export const newPassword = text.describe('A passphrase; see the password rules')
/**
 * A password that somebody says they have. Says nothing about the rules it may have been made
 * under.
 */
export const presentedPassword = text.describe('Compared as sent: never trimmed, cut or folded')

type Rules = Readonly<{
  /** In code points, after NFC. */
  minLength: number
  /** The owner's address, username and names, and our host names, as they stand. */
  context: readonly string[]
  common: CommonPasswords
  /** Where the password stands in the body. */
  pointer?: string
}>

type PolicySettings = BreachSettings & Pick<Deps['settings'], 'PASSWORD_MIN_LENGTH'>

/**
 * Refuses a password that `checkPassword` finds fault with, or that is known from leaks
 * (`breached`): 400 `password_rejected` with the reasons. What is refused here is never asked about
 * elsewhere.
 */
export async function requireGoodPassword(
  deps: Pick<Deps, 'patience'> & { settings: PolicySettings },
  password: string,
  context: readonly (string | null | undefined)[],
  pointer = PASSWORD_POINTER,
): Promise<void> {
  const { PASSWORD_MIN_LENGTH: minLength, PUBLIC_URL: publicUrl } = deps.settings
  const own = context.filter((entry) => typeof entry === 'string')
  const errors = checkPassword(password, {
    minLength,
    context: [...own, new URL(publicUrl).host],
    common: await commonPasswords(),
    pointer,
  })
  if (errors.length > 0) throw problem('password_rejected', { errors })
  if (await isBreached(deps, password)) {
    throw problem('password_rejected', {
      errors: [{ pointer, code: 'breached', detail: BREACHED }],
    })
  }
}

/**
 * Why a password cannot be used; an empty list if it can. Rules of NIST SP 800-63B-4 §3.1.1.2:
 * length in code points, no composition rules, and the whole password held against what attackers
 * try first. A long phrase may contain any common word: it is refused only if common words, runs,
 * repeats and the owner's own names are nearly all there is.
 *
 * Codes: `too_short`, `too_long`, `too_common`, `contextual`, `repetitive`, `sequential`.
 */
export function checkPassword(password: string, rules: Rules): FieldError[] {
  const pointer = rules.pointer ?? PASSWORD_POINTER
  const canonical = password.normalize('NFC')
  const length = Array.from(canonical).length
  if (length > MAX_CODE_POINTS) return [{ pointer, code: 'too_long', detail: TOO_LONG }]
  const errors: FieldError[] = []
  if (length < rules.minLength) {
    errors.push({ pointer, code: 'too_short', detail: tooShort(rules.minLength) })
  }
  const code = predictability(canonical, rules)
  return code ? [...errors, { pointer, code, detail: ADVICE[code] }] : errors
}

const BREACHED =
  'has appeared in a leak of passwords, and those are tried first; choose another, and change it wherever you use it'
const TOO_LONG = `must have at most ${MAX_CODE_POINTS} characters`
const tooShort = (minLength: number) =>
  `must have at least ${minLength} characters; four or five words that have nothing to do with each other are easy to remember and hard to guess`

const ADVICE: Readonly<Record<TokenKind, string>> = {
  contextual:
    'is made of your own name or address, or of ours, which is tried first; add words that have nothing to do with you',
  too_common:
    'is one of the passwords that are tried first, or made of them; use words that do not usually stand together',
  repetitive: 'repeats the same few characters; use different words instead',
  sequential: 'follows the alphabet, the numbers or the keys; use words instead',
}

/** The reason that tells the most comes first. */
const ORDER: readonly TokenKind[] = ['contextual', 'too_common', 'repetitive', 'sequential']

function predictability(password: string, { context, common }: Rules): TokenKind | undefined {
  // Compared as an attacker's tool would: full-width forms and ligatures folded, in lower case.
  const folded = password.normalize('NFKC').toLowerCase()
  const { bits, kinds } = cheapestSpelling(folded, contextWords(context), common)
  const kind = ORDER.find((candidate) => kinds.has(candidate))
  if (kind && bits < MIN_GUESSING_BITS) return kind
  return isMonotonous(Array.from(folded)) ? 'repetitive' : undefined
}

/** Few different characters, or one short unit over and over. */
function isMonotonous(characters: readonly string[]): boolean {
  if (new Set(characters).size < MIN_DISTINCT_CHARACTERS) return true
  for (let unit = 1; unit <= Math.min(MAX_UNIT_LENGTH, characters.length / 2); unit++) {
    if (characters.every((char, at) => at < unit || char === characters[at - unit])) return true
  }
  return false
}
