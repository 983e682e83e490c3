import { deriveKey, type Keyring, type RingKey } from './keyring'

const IV_BYTES = 12
const TAG_BITS = 128

/**
 * Encrypts with AES-256-GCM under the ring's newest key: `<key id>.<base64url(iv ‖ ciphertext ‖
 * tag)>`.
 *
 * `context` names the place the box belongs to (a queue, a table and row). It is authenticated, so
 * a box that is moved elsewhere does not open. A fresh random 96-bit IV is safe for 2^32 boxes a
 * key (NIST SP 800-38D §8.3); rotation comes long before that.
 */
export async function seal(ring: Keyring, context: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const key = await importKey(ring[0])
  const box = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: Buffer.from(context), tagLength: TAG_BITS },
    key,
    Buffer.from(text),
  )
  return `${ring[0].id}.${Buffer.concat([iv, new Uint8Array(box)]).toString('base64url')}`
}

/**
 * Opens a box made by `seal`; `undefined` for a changed, moved or foreign one, without saying
 * which.
 */
export async function open(
  ring: Keyring,
  context: string,
  box: string,
): Promise<string | undefined> {
  const [, id, encoded] = FORMAT.exec(box) ?? []
  const ringKey = ring.find((candidate) => candidate.id === id)
  if (!ringKey || encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64url')
  // Node's decoder is lenient: without this, bits of the last sign could change and the box still
  // open.
  if (bytes.toString('base64url') !== encoded) return undefined
  const key = await importKey(ringKey)
  try {
    const text = await crypto.subtle.decrypt(
      {
        name: 'AES-GCM',
        iv: bytes.subarray(0, IV_BYTES),
        additionalData: Buffer.from(context),
        tagLength: TAG_BITS,
      },
      key,
      bytes.subarray(IV_BYTES),
    )
    return Buffer.from(text).toString('utf8')
  } catch {
    return undefined
  }
}

const FORMAT = /^([a-z0-9]{1,16})\.([A-Za-z0-9_-]{38,})$/

const imported = new WeakMap<RingKey, CryptoKey>()

/** Each is imported once: to import it costs half as much as to use it. */
async function importKey(key: RingKey): Promise<CryptoKey> {
  const known = imported.get(key)
  if (known) return known
  const bytes = deriveKey(key, 'sealed-box')
  const fresh = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  imported.set(key, fresh)
  return fresh
}
