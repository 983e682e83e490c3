import { hkdfSync } from 'node:crypto'

/**
 * A secret with its name. The first of a ring makes new values, every one of them reads old ones.
 */
export type RingKey = Readonly<{ id: string; bytes: Uint8Array<ArrayBuffer> }>
export type Keyring = readonly [RingKey, ...RingKey[]]

const ENTRY = /^([a-z0-9]{1,16}):([A-Za-z0-9_-]+)$/
/** 43 signs are 32 bytes. */
const SECRET = /^[A-Za-z0-9_-]{43,}$/
/** Of 32 random bytes about 30 differ; fewer than 16 never do in practice. */
const MIN_DIFFERENT_BYTES = 16

/**
 * Reads `id:base64url[,id:base64url]`, newest first: two entries while a secret is being rotated.
 * Returns `undefined` for anything else: a repeated id or key, a key under 32 bytes, and one that
 * looks like a placeholder.
 */
export function parseKeyring(text: string): Keyring | undefined {
  const keys = text.split(',').map((entry) => parseEntry(entry.trim()))
  const [first, ...rest] = keys.filter((key) => key !== undefined)
  if (!first || rest.length + 1 !== keys.length) return undefined
  const ids = new Set(keys.map((key) => key?.id))
  const secrets = new Set(keys.map((key) => key && Buffer.from(key.bytes).toString('base64url')))
  return ids.size === keys.length && secrets.size === keys.length ? [first, ...rest] : undefined
}

function parseEntry(entry: string): RingKey | undefined {
  const [, id, encoded] = ENTRY.exec(entry) ?? []
  const bytes = encoded && parseSecret(encoded)
  return id && bytes ? { id, bytes } : undefined
}

/**
 * The bytes of a secret in base64url, 32 or more; `undefined` for less, and for what looks like a
 * placeholder.
 */
export function parseSecret(encoded: string): Uint8Array<ArrayBuffer> | undefined {
  if (!SECRET.test(encoded) || PLACEHOLDER.test(encoded)) return undefined
  const bytes = Uint8Array.from(Buffer.from(encoded, 'base64url'))
  // One spelling a key: a cut or padded copy is an accident that must not go unnoticed.
  if (Buffer.from(bytes).toString('base64url') !== encoded) return undefined
  return looksRandom(bytes) ? bytes : undefined
}

const PLACEHOLDER = /change[_-]?me|placeholder|example|insecure|replace[_-]?me/i

/**
 * Neither the bytes nor the steps between them repeat much, as they do in `AAAA…`, `0123…` and
 * filled-in words.
 */
function looksRandom(bytes: Uint8Array): boolean {
  const steps = bytes.map((byte, at) => byte - (bytes[at - 1] ?? 0))
  return [bytes, steps].every((values) => new Set(values).size >= MIN_DIFFERENT_BYTES)
}

const derived = new WeakMap<RingKey, Map<string, Uint8Array<ArrayBuffer>>>()

/**
 * Derives the 256-bit key of one purpose (HKDF-SHA-256, RFC 5869), so that no key ever serves two
 * purposes and one secret is enough to rotate them all.
 */
export function deriveKey(key: RingKey, purpose: string): Uint8Array<ArrayBuffer> {
  const purposes = derived.get(key) ?? new Map<string, Uint8Array<ArrayBuffer>>()
  derived.set(key, purposes)
  const known = purposes.get(purpose)
  if (known) return known
  const fresh = new Uint8Array(hkdfSync('sha256', key.bytes, '', `phantom/${purpose}`, 32))
  purposes.set(purpose, fresh)
  return fresh
}
