import * as z from 'zod'
import { publicJwkSchema } from '../platform/crypto/jwt'
import type { LogLine } from './segment'

const hash = z.string().describe('SHA-256, base64url')
const jws = z.string().describe('JWS, compact')
const nullable = z.string().nullable()

/** An event as an administrator sees it. Personal fields are null once they have been erased. */
export const foundEvent = z.object({
  id: z.int(),
  at: z.iso.datetime().nullable().describe('`null` for an event that is missing'),
  event: z.string(),
  level: nullable,
  user_id: nullable,
  actor: nullable,
  session_id: nullable,
  request_id: nullable,
  ip: nullable,
  country: nullable,
  user_agent: nullable,
  data: z.record(z.string(), z.unknown()).nullable(),
  text: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What was said of the person: an admin’s `reason`, `data` of a service'),
})

/** A line of the log as a row of a search. */
export function shown({ entry, personal, text }: LogLine): z.output<typeof foundEvent> {
  const { ip = null, country = null, user_agent = null } = personal ?? {}
  if ('missing' in entry) return { ...MISSING, id: entry.id }
  const { id, at, event, level, user_id, actor, session_id, request_id, data } = entry
  const rest = { user_id, actor, session_id, request_id, ip, country, user_agent }
  return {
    id,
    at: new Date(at).toISOString(),
    event,
    level,
    ...rest,
    data,
    text: text?.text ?? null,
  }
}

const MISSING = {
  at: null,
  event: 'missing',
  level: null,
  user_id: null,
  actor: null,
  session_id: null,
  request_id: null,
  ip: null,
  country: null,
  user_agent: null,
  data: null,
  text: null,
}

export const publicHead = z.object({
  v: z.literal(1),
  log: z.string(),
  size: z.int(),
  root: hash,
  at: z.int().describe('Milliseconds since 1970'),
  head: jws,
  keys: z.array(publicJwkSchema),
})

export const inclusion = z.object({
  log: z.string(),
  entry: z.record(z.string(), z.unknown()).describe('What the leaf is the hash of, RFC 8785'),
  index: z.int(),
  size: z.int(),
  leaf_hash: hash,
  proof: z.array(hash),
  root: hash,
  head: jws.nullable().describe('The signed head of this size, if one is kept'),
})

export const consistency = z.object({
  log: z.string(),
  first: z.int(),
  second: z.int(),
  first_root: hash,
  second_root: hash,
  proof: z.array(hash),
  first_head: jws.nullable(),
  second_head: jws.nullable(),
})
