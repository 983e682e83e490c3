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
