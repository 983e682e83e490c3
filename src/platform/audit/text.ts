import { randomBytes } from 'node:crypto'
import type { Deps } from '../deps'
import { problem } from '../problems'
import { canonical, personalHash, type Text, wellFormed } from './entry'
import { logDamaged, makePersonalKeys } from './personal-box'

/**
 * A text as an event stores it: sealed with its person's key, and what stands for it in the tree.
 */
export type SealedText = Readonly<{ box: string; hash: string }>

/** A text with the salt that it was hashed with. */
export type SaltedText = Readonly<{ salt: string; text: Text }>

const SALT_BYTES = 16
const IV_BYTES = 12
const ADDITIONAL_DATA = Buffer.from('audit/text')

/** Seals a text for one of the accounts that its keys were asked for. */
export type Sealer = (userId: string, said: Text) => Promise<SealedText | undefined>

/**
 * Seals what is said of a person with the key of that account, which the erasure deletes: from then
 * on nobody reads it, in the database, the archive or a copy of either (decision 028). Nothing for
 * an account that has been erased meanwhile. `userId` is whom the event concerns
 * (platform/audit/entry.ts, `subjectOf`).
 */
export const sealText = async (
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  userId: string,
  said: Text,
): Promise<SealedText | undefined> => (await sealerFor(deps, [userId]))(userId, said)

/**
 * The same for several accounts, whose keys take no more queries than one. What is said of an
 * account whose key does not open is refused, as it would be lost, and in the clear it would stay.
 */
export async function sealerFor(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  userIds: readonly string[],
): Promise<Sealer> {
  const damaged = new Set<string>()
  const keys = await makePersonalKeys(deps, userIds, (userId) => damaged.add(userId))
  return async (userId, said) => {
    const key = keys.get(userId)
    if (damaged.has(userId)) {
      const reason = `the archive key of ${userId} does not open`
      throw problem('service_unavailable', { reason })
    }
    return key && sealWith(key, wellFormed(said))
  }
}

async function sealWith(key: CryptoKey, text: Text): Promise<SealedText> {
  const salt = randomBytes(SALT_BYTES).toString('base64url')
  const iv = randomBytes(IV_BYTES)
  // Those of addresses are numbers (personal-box.ts) and begin with a zero: under one key, no IV is
  // used twice.
  iv.writeUInt8(iv.readUInt8() | 0x80)
  const params = { name: 'AES-GCM', iv, additionalData: ADDITIONAL_DATA }
  const box = await crypto.subtle.encrypt(params, key, Buffer.from(canonical({ salt, text })))
  const hash = personalHash(salt, text)
  return { box: Buffer.concat([iv, new Uint8Array(box)]).toString('base64url'), hash }
}

type Stored = Readonly<{
  /** The event. */
  id: number
  box: string | null | undefined
  hash: string | null | undefined
}>

/**
 * Opens a text, if its key is there. A box that was changed or taken out, or that of another event,
 * opens to nothing and is logged.
 */
export async function openText(
  key: CryptoKey | undefined,
  { id, box, hash }: Stored,
): Promise<SaltedText | null> {
  if (!key || (box ?? hash ?? null) === null) return null
  const bytes = Buffer.from(box ?? '', 'base64url')
  const iv = bytes.subarray(0, IV_BYTES)
  const params = { name: 'AES-GCM', iv, additionalData: ADDITIONAL_DATA }
  try {
    const opened = await crypto.subtle.decrypt(params, key, bytes.subarray(IV_BYTES))
    const salted = JSON.parse(Buffer.from(opened).toString('utf8')) as SaltedText
    if (personalHash(salted.salt, salted.text) === hash) return salted
  } catch {
    // As one of another event.
  }
  logDamaged(`the text of event ${id}`)
  return null
}
