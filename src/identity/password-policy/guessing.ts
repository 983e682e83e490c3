import { runLength } from './runs'

export type TokenKind = 'contextual' | 'too_common' | 'sequential' | 'repetitive'

/** What a guess of each token costs, in bits: how many of its kind an attacker tries. */
const TOKEN_BITS: Readonly<Record<TokenKind, number>> = {
  contextual: 2,
  too_common: 13,
  sequential: 6,
  repetitive: 4,
}
const YEAR = /(?:19|20)\d\d/y
const YEAR_BITS = 7
const MIN_TOKEN_LENGTH = 3
/** A longer repeat is told as two. */
const MAX_REPEAT_LENGTH = 32
/**
 * Bounds the work: 128 code points become more only by folding signs that stand for whole words.
 */
const MAX_LENGTH = 192

/** Common passwords by their first six characters: no entry of the list is shorter. */
export type CommonPasswords = ReadonlyMap<string, readonly string[]>
const INDEX_LENGTH = 6
let commonByStart: CommonPasswords | undefined

/**
 * The list holds words in lower case, one a line; scripts/make-common-passwords.ts makes it of
 * @zxcvbn-ts/language-common (MIT) and common-phrases.txt. It is loaded and indexed at the first
 * call, because start-up is limited. Git may have given it the line ends of Windows.
 */
export async function commonPasswords(): Promise<CommonPasswords> {
  const { default: list } = await import('./common-passwords.txt')
  commonByStart ??= Map.groupBy(list.trim().split(/\r?\n/), (word) => word.slice(0, INDEX_LENGTH))
  return commonByStart
}

type Spelling = Readonly<{ bits: number; kinds: ReadonlySet<TokenKind> }>
type Step = Readonly<{ bits: number; from: number; kind?: TokenKind }>

/**
 * The cheapest way to spell a password, in lower case, from the owner's words, common passwords,
 * runs of keys, repeats of what came before, years and single characters; with the kinds of token
 * it uses. Spaces and the usual separators cost nothing, and a digit or sign that stands for a
 * letter is that letter.
 *
 * Dynamic programming over prefixes: about 0.1 ms for 20 characters, under 2 ms for 128.
 */
export function cheapestSpelling(
  password: string,
  words: ReadonlySet<string>,
  common: CommonPasswords,
): Spelling {
  const text = password.slice(0, MAX_LENGTH).replace(/[\s._,-]/g, '')
  const readings = [...new Set([text, unleet(text, 'i'), unleet(text, 'l')])]
  const steps: Step[] = [{ bits: 0, from: 0 }]
  for (let from = 0; from < text.length; from++) {
    const offer = (length: number, cost: number, kind?: TokenKind) => {
      const bits = (steps[from]?.bits ?? 0) + cost
      if (bits >= (steps[from + length]?.bits ?? Infinity)) return
      steps[from + length] = kind ? { bits, from, kind } : { bits, from }
    }
    offer(1, characterBits(text.charAt(from)))
    YEAR.lastIndex = from
    if (YEAR.test(text)) offer(4, YEAR_BITS)
    offerUpTo(runLength(text, from), offer, 'sequential')
    offerUpTo(repeatLength(text, from), offer, 'repetitive')
    for (const reading of readings) {
      for (const word of words) {
        if (reading.startsWith(word, from)) offer(word.length, TOKEN_BITS.contextual, 'contextual')
      }
      for (const word of common.get(reading.slice(from, from + INDEX_LENGTH)) ?? []) {
        if (reading.startsWith(word, from)) offer(word.length, TOKEN_BITS.too_common, 'too_common')
      }
    }
  }
  return trace(steps)
}

type Offer = (length: number, cost: number, kind?: TokenKind) => void

/** Every length, for the cheapest spelling may need to break a token off early. */
function offerUpTo(longest: number, offer: Offer, kind: TokenKind): void {
  for (let length = MIN_TOKEN_LENGTH; length <= longest; length++) {
    offer(length, TOKEN_BITS[kind], kind)
  }
}

function repeatLength(text: string, from: number): number {
  const before = text.slice(0, from)
  const longest = Math.min(MAX_REPEAT_LENGTH, from, text.length - from)
  let length = 0
  while (length < longest && before.includes(text.slice(from, from + length + 1))) length++
  return length
}

function trace(steps: readonly Step[]): Spelling {
  const kinds = new Set<TokenKind>()
  for (let at = steps.length - 1; at > 0; at = steps[at]?.from ?? 0) {
    const kind = steps[at]?.kind
    if (kind) kinds.add(kind)
  }
  return { bits: steps.at(-1)?.bits ?? 0, kinds }
}

/** Digits, letters at their usual frequency, other ASCII, everything else. */
function characterBits(char: string): number {
  if (char >= '0' && char <= '9') return 3.3
  if (char >= 'a' && char <= 'z') return 4.7
  return char < '\u0080' ? 5 : 8
}

const unleet = (text: string, one: 'i' | 'l') =>
  text.replace(/[@013457$!]/g, (char) => (char === '1' ? one : (LETTERS[char] ?? char)))

const LETTERS: Readonly<Record<string, string>> = {
  '@': 'a',
  0: 'o',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  $: 's',
  '!': 'i',
}
