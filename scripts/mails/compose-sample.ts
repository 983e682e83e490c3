import type { Language } from '../../src/platform/email/language.ts'
import type { Letter } from '../../src/platform/email/letter.ts'
import type { TemplateName } from '../../src/platform/email/register.ts'
import { mails } from '../../src/mails.ts'

/** The letter about some data as it comes out of the queue, where dates have become text. */
export function composeSample(name: TemplateName, language: Language, data: object): Letter {
  const letter = mails[name].compose(JSON.parse(JSON.stringify(data)), language)
  if (!letter) throw new Error(`${name} refuses its own data`)
  return letter
}
