import { hkdfSync } from 'node:crypto'

/** A secret with its name. The first of a ring makes new values, every one of them reads old ones. */
export type RingKey = Readonly<{ id: string; bytes: Uint8Array<ArrayBuffer> }>
export type Keyring = readonly [RingKey, ...RingKey[]]

const ENTRY = /^([a-z0-9]{1,16}):([A-Za-z0-9_-]{43,})$/
const MIN_KEY_BYTES = 32

/**
 * Reads `id:base64url[,id:base64url]`, newest first: two entries while a secret is being rotated.
 * Returns `undefined` for anything else, a repeated id, a key under 32 bytes or one that looks
 * like a placeholder (fewer than 8 different bytes).
 */
export function parseKeyring(text: string): Keyring | undefined {
  const keys = text.split(',').map((entry) => {
    const [, id, encoded] = ENTRY.exec(entry.trim()) ?? []
    if (!id || !encoded) return undefined
    const bytes = Uint8Array.from(Buffer.from(encoded, 'base64url'))
    return bytes.length >= MIN_KEY_BYTES && new Set(bytes).size >= 8 ? { id, bytes } : undefined
  })
  const [first, ...rest] = keys.filter((key) => key !== undefined)
  const ids = new Set(keys.map((key) => key?.id))
  if (!first || rest.length + 1 !== keys.length || ids.size !== keys.length) return undefined
  return [first, ...rest]
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
