const MAX_WORDS = 8
const MAX_CODE_POINTS = 40

/**
 * Accents and vowel points, which people leave out; the marks of other scripts stand for sounds, as
 * do those of Kana.
 */
const ACCENTS = /[[\p{M}&&[\p{Script=Inherited}\p{Script=Hebrew}]]--[\u3099\u309a]]/gv
/** A script without spaces has one word here: what a segmenter says changes with its version. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu
/** Letters whose stroke or ligature Unicode does not take apart, and the sigma of word ends. */
const LETTERS: Readonly<Record<string, string>> = {
  ð: 'd',
  đ: 'd',
  ħ: 'h',
  ł: 'l',
  ø: 'o',
  ŧ: 't',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ς: 'σ',
}

/**
 * The first eight different words of a name, as they are stored and searched for: without case,
 * accents and compatibility forms, cut at forty characters.
 */
export function nameWords(name: string): string[] {
  const words = name
    .normalize('NFKD')
    .replace(ACCENTS, '')
    // Upper case makes `ss` of ß, and one letter of the dotless ı and the i; lower case, ß of ẞ.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(/[ðđħłøŧæœþς]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKC')
    .match(WORD)
  const cut = (words ?? []).map((word) => Array.from(word).slice(0, MAX_CODE_POINTS).join(''))
  return [...new Set(cut)].slice(0, MAX_WORDS)
}
