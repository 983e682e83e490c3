import type { z } from 'zod'

/** What every mail ends with. */
export const SIGNATURE = 'Phantom Security'
export const FOOTER =
  'You get this mail because this address was used at Phantom. It needs no answer.'

/**
 * Which mails go out first, and which stop first when the day's budget runs low: `code` mails need the
 * right password, `security` mails tell an owner about an attack, anyone at all can cause a `notice`.
 */
export type Urgency = 'code' | 'security' | 'notice'

/** What stands in a mail, one below the other. Plain text only: the layout makes HTML of it. */
export type Block =
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'button'; label: string; link: string }>
  | Readonly<{ kind: 'code'; code: string }>
  | Readonly<{ kind: 'facts'; rows: readonly (readonly [label: string, value: string])[] }>

export type Letter = Readonly<{
  /** Never holds a code: phones show subjects on the lock screen, mail clients in notifications. */
  subject: string
  /** What a list of mails shows after the subject. No code either, for the same reason. */
  preheader: string
  heading: string
  blocks: readonly Block[]
  /** One sentence on what to do if it was not the reader who caused this mail. */
  notMe: string
}>

export type Template<Data extends z.ZodType> = Readonly<{
  urgency: Urgency
  /** Whether somebody who knows no password can cause it: capped per recipient (durable/budget.ts). */
  isOpenToStrangers: boolean
  data: Data
  /** Writes the letter; `undefined` for data that is not this template's (queued by an older version). */
  compose: (data: unknown) => Letter | undefined
}>

/** Joins what a mail needs to know with how it is worded. */
export function template<Data extends z.ZodType>(
  kind: { urgency: Urgency; isOpenToStrangers: boolean; data: Data },
  write: (data: z.output<Data>) => Letter,
): Template<Data> {
  return {
    ...kind,
    compose(data) {
      const parsed = kind.data.safeParse(data)
      return parsed.success ? write(parsed.data) : undefined
    },
  }
}
