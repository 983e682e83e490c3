import { deriveKey, type Keyring, type RingKey } from './keyring'

const IV_BYTES = 12

/**
 * Encrypts with AES-256-GCM under the ring's newest key: `<key id>.<base64url(iv ‖ ciphertext ‖ tag)>`.
 *
 * `context` names the place the box belongs to (a queue, a table and row). It is authenticated, so a
 * box that is moved elsewhere does not open. A fresh random 96-bit IV is safe for 2^32 boxes a key
 * (NIST SP 800-38D §8.3); rotation comes long before that.
 */
export async function seal(ring: Keyring, context: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const key = await importKey(ring[0], 'encrypt')
  const box = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: Buffer.from(context) },
    key,
    Buffer.from(text),
  )
  return `${ring[0].id}.${Buffer.concat([iv, new Uint8Array(box)]).toString('base64url')}`
}

/** Opens a box made by `seal`; `undefined` for a changed, moved or foreign one, without saying which. */
export async function open(
  ring: Keyring,
  context: string,
  box: string,
): Promise<string | undefined> {
  const dot = box.indexOf('.')
  const ringKey = ring.find(({ id }) => id === box.slice(0, dot))
  if (!ringKey) return undefined
  const bytes = Buffer.from(box.slice(dot + 1), 'base64url')
  const key = await importKey(ringKey, 'decrypt')
  const iv = bytes.subarray(0, IV_BYTES)
  try {
    const text = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData: Buffer.from(context) },
      key,
      bytes.subarray(IV_BYTES),
    )
    return Buffer.from(text).toString('utf8')
  } catch {
    return undefined
  }
}

const importKey = (key: RingKey, use: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', deriveKey(key, 'sealed-box'), 'AES-GCM', false, [use])
