import type { Role } from '../db/schema'
import { deviceName } from './device-name'
import type { Language } from './language'
import type { Block } from './letter'
import type { Occasion } from './mail-fields'
import { phrases } from './phrases'

/** What templates share, in one language. */
export type Say = Readonly<{
  minutes: (count: number) => string
  hours: (count: number) => string
  days: (count: number) => string
  number: (count: number) => string
  /** The paragraph of a mail that tells of a day; none in others. */
  again: (again: Again | undefined) => string[]
  date: (time: Date) => string
  /** What kind of account a role is. */
  role: (role: Role) => string
  /** When and where something happened, and with what, where the data of the mail tells. */
  facts: (where: Where, more?: readonly Row[]) => Block
}>

/** Without a place where an admin or the service itself did it: theirs is nobody's business. */
type Where = Readonly<{ time: Date; device?: string | null }> & Partial<Occasion>
type Again = Readonly<{ times: number; since: Date }>
type Row = readonly [label: string, value: string]

export function sayIn(language: Language): Say {
  const words = phrases[language]
  const { locale } = words
  const duration = (unit: string) => (count: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
  const date = (time: Date) => `${new Intl.DateTimeFormat(locale, DATE_FORMAT).format(time)} UTC`
  return {
    minutes: duration('minute'),
    hours: duration('hour'),
    days: duration('day'),
    again: (again) => (again ? [words.again(again.times, date(again.since))] : []),
    number: (count) => new Intl.NumberFormat(locale).format(count),
    date,
    role: (role) => words.roles[role],
    facts: ({ device, time, country, ip }, more = []) => ({
      kind: 'facts',
      rows: [
        ...more,
        ...(device === undefined ? [] : [[words.device, deviceName(device, language)] as const]),
        [words.time, date(time)],
        ...(ip === undefined
          ? []
          : [
              [words.place, placeName(country ?? null, language)] as const,
              [words.ip, ip] as const,
            ]),
      ],
    }),
  }
}

const DATE_FORMAT: Intl.DateTimeFormatOptions = {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
}

/** The place is the edge's guess from the IP address. */
function placeName(country: string | null, language: Language): string {
  const { tor, unknown, estimated, locale } = phrases[language]
  if (country === 'T1') return tor
  if (country === null || country === 'XX' || !/^[A-Z]{2}$/.test(country)) return unknown
  const name = new Intl.DisplayNames(locale, { type: 'region' }).of(country)
  return name === undefined ? unknown : estimated(name)
}
