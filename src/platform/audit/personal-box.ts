import { sql } from 'drizzle-orm'
import { callStore } from '../call-store'
import { open, seal } from '../crypto/sealed-box'
import { auditKeys } from '../db/audit-schema'
import { insertFrom } from '../db/insert-where'
import type { Deps } from '../deps'
import { log } from '../log'
import { canonical, type Personal } from './entry'

/** The personal fields of an event and the salt that they were hashed with. */
export type Salted = Personal & Readonly<{ salt: string }>

/** The keys of users, as far as they have one that opens. */
export type PersonalKeys = ReadonlyMap<string, CryptoKey>

const KEY_BYTES = 32
const IV_BYTES = 12

/** What a key is bound to. */
export const archiveKeyContext = (userId: string): string => `audit_keys/${userId}`

/**
 * The keys under which the personal data of these users lies in the archive. It cannot be taken out
 * of there, so an account is erased by deleting its key (features/privacy/erase-accounts.ts). One
 * that does not open is left out, once `onDamaged` has heard whose it is and not thrown.
 */
export async function personalKeys(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  userIds: readonly string[],
  onDamaged: (userId: string) => unknown = logDamagedKey,
): Promise<PersonalKeys> {
  const rows = await callStore(deps, 'database', () =>
    deps.db
      .select()
      .from(auditKeys)
      .where(sql`user_id IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`),
  )
  const keys = rows.map(async ({ userId, sealedKey }) => {
    const key = await open(deps.settings.SEALING_KEYS, archiveKeyContext(userId), sealedKey)
    if (key === undefined) {
      onDamaged(userId)
      return undefined
    }
    const bytes = Buffer.from(key, 'base64url')
    return [
      userId,
      await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']),
    ] as const
  })
  return new Map((await Promise.all(keys)).filter((key) => key !== undefined))
}

/** Makes the keys that are missing. An account that has been erased meanwhile gets none. */
export async function makePersonalKeys(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  userIds: readonly string[],
  onDamaged: (userId: string) => unknown = requireWhole,
): Promise<PersonalKeys> {
  const { db, settings } = deps
  const known = await personalKeys(deps, userIds, onDamaged)
  const fresh = await Promise.all(
    userIds
      .filter((userId) => !known.has(userId))
      .map(async (userId) => {
        const key = Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))
        const text = key.toString('base64url')
        return [userId, await seal(settings.SEALING_KEYS, archiveKeyContext(userId), text)]
      }),
  )
  if (fresh.length === 0) return known
  await callStore(deps, 'database', () =>
    insertFrom(
      db,
      auditKeys,
      { userId: sql`users.id`, sealedKey: sql`fresh.value ->> 1` },
      sql`FROM json_each(${JSON.stringify(fresh)}) AS fresh
        JOIN users ON users.id = fresh.value ->> 0 WHERE true`,
    ).onConflictDoNothing(),
  )
  return personalKeys(deps, userIds, onDamaged)
}

/** What cannot be opened hides itself, not the thousands of events beside it. */
export const logDamaged = (what: string): void =>
  log('error', 'sys_audit_personal_damaged', { what })

const logDamagedKey = (userId: string): void => logDamaged(`the archive key of ${userId}`)

/** Left out, what is personal would be archived without its owner's key: that is, lost. */
function requireWhole(userId: string): never {
  throw new Error(`the archive key of ${userId} does not open`)
}

/**
 * Encrypts what is personal of an event. An event is encrypted once with its user's key, so its id
 * can be the IV; and since the same event gives the same bytes, an archiver that was cut off writes
 * the same object again.
 */
export async function boxPersonal(key: CryptoKey, id: number, personal: Salted): Promise<string> {
  const box = await crypto.subtle.encrypt(paramsOf(id), key, Buffer.from(canonical(personal)))
  return Buffer.from(box).toString('base64url')
}

/** Opens what `boxPersonal` made. Throws for anything else. */
export async function unboxPersonal(key: CryptoKey, id: number, box: string): Promise<Salted> {
  const text = await crypto.subtle.decrypt(paramsOf(id), key, Buffer.from(box, 'base64url'))
  return JSON.parse(Buffer.from(text).toString('utf8')) as Salted
}

function paramsOf(id: number) {
  const iv = Buffer.alloc(IV_BYTES)
  iv.writeBigUInt64BE(BigInt(id), IV_BYTES - 8)
  return { name: 'AES-GCM', iv, additionalData: Buffer.from(`audit/${id}`) }
}
