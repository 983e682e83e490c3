import * as z from 'zod'

/** When and where something happened, as a mail about it needs to know. */
export const occasion = {
  ip: z.string(),
  /** ISO 3166-1 alpha-2, or Cloudflare's `T1` for Tor and `XX` for unknown. */
  country: z.string().nullable(),
  /** A `Date`, which is text once it has been through the queue. */
  time: z.union([z.date(), z.iso.datetime().transform((text) => new Date(text))]),
}

type Occasion = Readonly<{ ip: string; country: string | null; time: Date }>

const DATE_FORMAT: Intl.DateTimeFormatOptions = {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
}

/** The occasion as rows of a mail. The place is the edge's guess from the IP address. */
export const occasionRows = ({ ip, country, time }: Occasion) =>
  [
    ['Time', `${new Intl.DateTimeFormat('en-GB', DATE_FORMAT).format(time)} UTC`],
    ['Place', placeOf(country)],
    ['IP address', ip],
  ] as const

function placeOf(country: string | null): string {
  if (country === 'T1') return 'Tor network'
  if (country === null || country === 'XX' || !/^[A-Z]{2}$/.test(country)) return 'unknown'
  const name = new Intl.DisplayNames('en', { type: 'region' }).of(country)
  return name === undefined ? 'unknown' : `${name} (estimated)`
}
