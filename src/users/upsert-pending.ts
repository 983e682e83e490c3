import { sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { randomId } from '../crypto/token'
import { users } from '../db/schema'
import type { SignUp } from './create-user'
import { hasNoFreshLink, hasNoGoodLink } from './fresh-link'
import { usernameKey } from './username'

/**
 * Inserts the account, or takes over one whose address was never confirmed, if another link may be mailed
 * or there is none to keep. Others stay as they are.
 */
export function upsertPending(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  input: SignUp,
  account: { key: string; passwordHash: string; isGranted: boolean },
) {
  const { key, passwordHash, isGranted } = account
  const { email, username, role, locale = 'en' } = input
  const name = username ?? null
  const nameKey = username === undefined ? null : (usernameKey(username) ?? null)
  // Inside the one statement, so that two sign-ups for a name cannot both find it free.
  const isFree = sql`NOT EXISTS (SELECT 1 FROM users WHERE username_key = ${nameKey} AND email_key <> ${key})`
  return deps.db
    .insert(users)
    .select(
      sql`SELECT ${randomId('usr')}, ${email}, ${key},
        CASE WHEN ${isFree} THEN ${name} END, CASE WHEN ${isFree} THEN ${nameKey} END,
        NULL, ${locale}, ${role}, 'pending', ${passwordHash}, 0, NULL, NULL, ${deps.now().getTime()},
        NULL, NULL, NULL
        WHERE true`,
    )
    .onConflictDoUpdate({
      target: users.emailKey,
      set: {
        email,
        username: sql`excluded.username`,
        usernameKey: sql`excluded.username_key`,
        locale,
        role,
        passwordHash,
        securityEpoch: sql`${users.securityEpoch} + 1`,
        createdAt: deps.now(),
      },
      // Of sign-ups in parallel, one that was not granted may have come first and mailed its link.
      setWhere: sql`${users.status} = 'pending'
        AND (${hasNoGoodLink(deps)} OR ${isGranted} AND ${hasNoFreshLink(deps)})`,
    })
}
