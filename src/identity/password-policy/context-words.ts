/** Shorter parts stand in too many innocent words. */
const MIN_WORD_LENGTH = 3

/** Our own names: the first thing to try on us. */
const PRODUCT = ['Phantom Security', 'marketplace', 'merchant', 'customer', 'admin']

/**
 * What an attacker who knows the owner tries: letters and digits of each text, and its parts with
 * and without digits at the end; in lower case, compatibility forms folded.
 */
export function contextWords(texts: readonly string[]): ReadonlySet<string> {
  const words = [...PRODUCT, ...texts].flatMap((text) => {
    const parts = text
      .normalize('NFKC')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
    return [parts.join(''), ...parts, ...parts.map((part) => part.replace(/\d+$/, ''))]
  })
  return new Set(words.filter((word) => word.length >= MIN_WORD_LENGTH))
}
