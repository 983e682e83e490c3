import type { z } from 'zod'
import type { Language } from './language'
import type { Letter, Urgency, Words } from './letter'
import { mailData, type TemplateName } from './mail-data'
import { type Say, sayIn } from './say'
import { typeset } from './typeset'

type Data<Name extends TemplateName> = z.output<(typeof mailData)[Name]>

const schemas: { [Name in TemplateName]: z.ZodType<Data<Name>> } = mailData

export type Template<Name extends TemplateName = TemplateName> = Readonly<{
  name: Name
  urgency: Urgency
  /** Whether somebody who knows no password can cause it: capped per recipient (durable/budget.ts). */
  isOpenToStrangers: boolean
  /** Writes the letter; `undefined` for data that is not this template's (queued by an older version). */
  compose: (data: unknown, language: Language) => Letter | undefined
}>

/** Joins what a mail needs to know with how it is worded in each language. */
export function template<Name extends TemplateName>(
  name: Name,
  kind: { urgency: Urgency; isOpenToStrangers: boolean },
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
