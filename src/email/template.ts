import type { z } from 'zod'
import type { MailKind } from '../durable/budget'
import type { Language } from './language'
import type { Letter, Urgency, Words } from './letter'
import { mailData, type TemplateName } from './mail-data'
import { type Say, sayIn } from './say'
import { typeset } from './typeset'

type Data<Name extends TemplateName> = z.output<(typeof mailData)[Name]>

const schemas: { [Name in TemplateName]: z.ZodType<Data<Name>> } = mailData

type Kind = Readonly<{
  urgency: Urgency
  /**
   * Who causes it, unless its cause says more (cause.ts): a stranger, who knows no password, the
   * owner of an account, or the service and its admins. What strangers cause is capped per
   * recipient, unless the guard of a name has counted it.
   */
  causedBy: 'stranger' | 'owner' | 'service'
  kind?: MailKind
  /** More than one a day to one reader become one (durable/digest.ts). */
  isDigested?: boolean
}>

export type Template<Name extends TemplateName = TemplateName> = Kind &
  Readonly<{
    name: Name
    /**
     * Writes the letter; `undefined` for data that is not this template's (queued by an older
     * version).
     */
    compose: (data: unknown, language: Language) => Letter | undefined
  }>

/** Joins what a mail needs to know with how it is worded in each language. */
export function template<Name extends TemplateName>(
  name: Name,
  kind: Kind,
  write: Record<Language, (data: Data<Name>, say: Say) => Words>,
): Template<Name> {
  return {
    name,
    ...kind,
    compose(data, language) {
      const parsed = schemas[name].safeParse(data)
      if (!parsed.success) return undefined
      const words = write[language](parsed.data, sayIn(language))
      return { language, ...typeset(words, language) }
    },
  }
}
