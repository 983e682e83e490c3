import { newKeyId, newKeyText } from './as-bundled.ts'
import type { Account } from './accounts.ts'
import type { Server } from './servers.ts'

/**
 * Of the accounts that do not log in: a thousand requests a minute are each key's, so there are
 * many.
 */
const KEYS = 100
const DAY_MS = 86_400_000

/** Makes the last accounts admins with an API key each, written straight into the database. */
export async function seedKeys(
  { miniflare }: Server,
  worker: string,
  accounts: readonly Account[],
  settings: Parameters<typeof newKeyText>[0],
): Promise<string[]> {
  const db = await miniflare.getD1Database('DB', worker)
  const keys = accounts
    .slice(-KEYS)
    .map(({ id: userId }) => ({ userId, ...newKeyText(settings, newKeyId()) }))
  const promote = db.prepare(`UPDATE users SET role = 'admin' WHERE id = ?`)
  const insert = db.prepare(
    `INSERT INTO api_keys (id, user_id, name, secret_hash, scopes, created_at, expires_at)
      VALUES (?, ?, 'bench', ?, 'orders:read', ?, ?)`,
  )
  const now = Date.now()
  await db.batch(
    keys.flatMap(({ id, userId, hash }) => [
      promote.bind(userId),
      insert.bind(id, userId, hash, now, now + 30 * DAY_MS),
    ]),
  )
  return keys.map(({ text }) => text)
}
