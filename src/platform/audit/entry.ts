import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * What of an event is personal. It enters the tree as a salted hash, and can be erased without it.
 */
export type Personal = Readonly<{
  ip: string | null
  country: string | null
  user_agent: string | null
}>

type Value = string | number | boolean | null

/**
 * What was said of a person: the words of an admin, what another service recorded. Personal, as
 * they are that person's.
 */
export type Text = Readonly<Record<string, Value>>

/** An event as the tree holds it for good, times in milliseconds since 1970. */
export type Entry = Readonly<{
  v: 1
  /** The place in the log, from 1: leaf `id - 1`. */
  id: number
  at: number
  event: string
  level: string
  user_id: string | null
  actor: string | null
  session_id: string | null
  request_id: string
  data: Readonly<Record<string, Value>> | null
  /** `personalHash`; null for events of before there were salts. */
  personal: string | null
  /** `personalHash` of what was said of a person; absent where nothing was. */
  text?: string
}>

/**
 * Whose address and browser an event tells of: who acted, where that is a user, which may be an
 * admin on another's account. Of what nobody signed in for, whom it concerns.
 */
export const personOf = ({ user_id, actor }: Pick<Entry, 'user_id' | 'actor'>): string | null =>
  actor?.startsWith('usr_') ? actor : user_id

/**
 * Whose a text is: of whom it concerns. Of what an admin did to nobody in particular, the admin.
 */
export const subjectOf = ({ user_id, actor }: Pick<Entry, 'user_id' | 'actor'>): string | null =>
  user_id ?? (actor?.startsWith('usr_') ? actor : null)

/** What stands in the tree for an event that is not there, so that its absence is on record. */
export type Gap = Readonly<{ v: 1; id: number; missing: true }>

export const gapAt = (id: number): Gap => ({ v: 1, id, missing: true })

/**
 * One spelling a value (RFC 8785): what is hashed or signed. Throws for half a character, which
 * JSON text cannot hold.
 */
export function canonical(value: object): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('not a JSON value')
  return text
}

/**
 * SHA-256 of a random salt and what is personal, base64url. With the salt gone it tells nothing.
 */
export const personalHash = (salt: string, personal: Personal | Text): string =>
  createHash('sha256')
    .update(Buffer.from(salt, 'base64url'))
    .update(canonical(personal))
    .digest('base64url')

/** Half a character, which UTF-8 cannot say, becomes U+FFFD: what is stored is what was hashed. */
export const wellFormed = (data: Text): Text =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name.toWellFormed(),
      typeof value === 'string' ? value.toWellFormed() : value,
    ]),
  )
