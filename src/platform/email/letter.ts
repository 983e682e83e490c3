import type { Language } from './language'

/** What every mail ends with. */
export const SIGNATURE = 'Phantom Security'

/**
 * Which mails go out first, and which stop first when the day's budget runs low: `code` mails need the
 * right password, `security` mails tell an owner about an attack, anyone at all can cause a `notice`.
 */
export type Urgency = 'code' | 'security' | 'notice'

/** What stands in a mail, one below the other: a paragraph or one of these. Plain text only. */
export type Block =
  | string
  | Readonly<{ kind: 'button'; label: string; link: string }>
  | Readonly<{ kind: 'code'; code: string }>
  | Readonly<{ kind: 'facts'; rows: readonly (readonly [label: string, value: string])[] }>

export type Words = Readonly<{
  /** The heading, too. Never holds a code: phones show subjects on the lock screen. */
  subject: string
  /** What a list of mails shows after the subject. No code either, for the same reason. */
  preheader: string
  blocks: readonly Block[]
  /** One sentence on what to do if it was not the reader who caused this mail. */
  notMe: string
}>

export type Letter = Words & Readonly<{ language: Language }>
