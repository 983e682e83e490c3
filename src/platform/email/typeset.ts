import type { Language } from './language'
import type { Words } from './letter'

/** French puts a space before these marks and inside its quotes, where no line may break. */
const FRENCH_SPACE = / (?=[:;!?»])|(?<=«) /g

/** What a language asks of the spaces in a text; templates are written with ordinary ones. */
export function typeset(words: Words, language: Language): Words {
  if (language !== 'fr') return words
  const set = (text: string) => text.replace(FRENCH_SPACE, '\u00a0')
  return {
    subject: set(words.subject),
    preheader: set(words.preheader),
    blocks: words.blocks.map((block) => (typeof block === 'string' ? set(block) : block)),
    notMe: set(words.notMe),
  }
}
