import type { z } from 'zod'
import type { MailKind } from './budget/budget-caps'
import type { Language } from './language'
import type { Letter, Urgency, Words } from './letter'
import { type Say, sayIn } from './say'
import { typeset } from './typeset'

type Kind = Readonly<{
  urgency: Urgency
  /**
   * Who causes it, unless its cause says more (cause.ts): a stranger, who knows no password, the
   * owner of an account, or the service and its admins. What strangers cause is capped per
   * recipient, unless the guard of a name has counted it.
   */
  causedBy: 'stranger' | 'owner' | 'service'
  kind?: MailKind
  /** More than one a day to one reader become one (platform/digest.ts). */
  isDigested?: boolean
  /** What it tells is worth knowing after its link has ended; any other mail ends with its link. */
  outlivesLink?: boolean
  /** Its link confirms, for an account, the address that the mail goes to. */
  confirmsAddress?: boolean
}>

export type Template<Name extends string = string, Data extends z.ZodObject = z.ZodObject> = Kind &
  Readonly<{
    name: Name
    /** What the mail needs to know. */
    data: Data
    /**
     * Writes the letter; `undefined` for data that is not this template's (queued by an older
     * version).
     */
    compose: (data: unknown, language: Language) => Letter | undefined
  }>

/** Templates by their names: those of every mail are in src/mails.ts, which a caller hands in. */
export type Templates = Readonly<Record<string, Template>>

/** The template of a queued mail; `undefined` for a name that this version does not know. */
export const templateOf = (templates: Templates, name: string): Template | undefined =>
  Object.hasOwn(templates, name) ? templates[name] : undefined

/** A mail as it is written: its kind, what it needs to know, and its words in each language. */
type Entry<Name extends string, Data extends z.ZodObject> = Kind &
  Readonly<{ name: Name; data: Data }> &
  Readonly<Record<Language, (data: z.output<Data>, say: Say) => Words>>

/** Makes a mail. A language that is missing does not compile. */
export function mail<const Name extends string, Data extends z.ZodObject>(
  entry: Entry<Name, Data>,
): Template<Name, Data> {
  return {
    ...entry,
    compose(given, language) {
      const parsed = entry.data.safeParse(given)
      if (!parsed.success) return undefined
      const words = entry[language](parsed.data, sayIn(language))
      return { language, ...typeset(words, language) }
    },
  }
}

type ByName<All extends readonly Template[]> = {
  readonly [Mail in All[number] as Mail['name']]: Mail
}

/** Files each mail under the name that its entry has. */
export function byName<const All extends readonly Template[]>(all: All): ByName<All> {
  const names = all.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new Error(`two mails are named ${twice}`)
  return Object.fromEntries(all.map((one) => [one.name, one])) as ByName<All>
}
