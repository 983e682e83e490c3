import type { Keyring, RingKey } from '../../src/platform/crypto/keyring'

const newKey = (id: string): RingKey => ({ id, bytes: crypto.getRandomValues(new Uint8Array(32)) })

/** A ring of random keys, newest first. */
export const newRing = (id = 'k1', ...older: string[]): Keyring => [
  newKey(id),
  ...older.map(newKey),
]

/** The ring after a rotation: a new key first, the old ones still read. */
export const rotated = (ring: Keyring, id: string): Keyring => [newKey(id), ...ring]
