import * as z from 'zod'

/** When and where something happened, as a mail about it needs to know. */
export const occasion = {
  ip: z.string(),
  /** ISO 3166-1 alpha-2, or Cloudflare's `T1` for Tor and `XX` for unknown. */
  country: z.string().nullable(),
  /** A `Date`, which is text once it has been through the queue. */
  time: z.union([z.date(), z.iso.datetime().transform((text) => new Date(text))]),
}

export type Occasion = Readonly<{ ip: string; country: string | null; time: Date }>

/** The same and with what; `device` is the `User-Agent` as sent, and a mail shows a summary. */
export const where = { device: z.string().nullable(), ...occasion }

/** An act of an admin is told without the admin's address and device. */
export const byAdmin = { reason: z.string(), time: occasion.time }

export const link = z.url({ protocol: /^https?$/ })

/** How often it happened since the last mail about it, where one mail tells of a whole day. */
export const again = z.object({ times: z.number(), since: occasion.time }).optional()
