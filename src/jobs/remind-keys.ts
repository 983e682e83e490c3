import { sql } from 'drizzle-orm'
import { REMIND_DAYS } from '../api-keys/key-life'
import { mayHaveKeys } from '../api-keys/key-owner'
import type { Deps } from '../context'
import { apiKeys } from '../db/key-schema'
import { users } from '../db/schema'
import { notifyOwner, type Owner, ownerColumns } from '../users/notify-owner'
import type { Counts } from './job'

/** Keys that one round claims, and rounds of one run: what is left is reminded of a day later. */
const KEYS = 100
const ROUNDS = 10
const DAY_MS = 86_400_000
const [FIRST, LAST] = REMIND_DAYS

/**
 * Reminds owners of keys that end within 14 days, and again within 3. A key whose owner may not use it
 * waits until he may.
 */
export async function remindKeys(deps: Deps): Promise<Counts> {
  let [reminded, failed] = [0, 0]
  for (let round = 0; round < ROUNDS && failed === 0; round++) {
    const keys = await claimDue(deps)
    const owners = await ownersOf(deps, keys)
    const results = await Promise.all(keys.map((key) => remind(deps, key, owners.get(key.userId))))
    failed = results.filter((isDone) => !isDone).length
    reminded += keys.length - failed
    if (keys.length < KEYS) break
  }
  return { keys: reminded, failed }
}

type DueKey = Awaited<ReturnType<typeof claimDue>>[number]

/** Takes keys by noting that they have been reminded of: of two runs at once each gets others. */
function claimDue({ db, now }: Pick<Deps, 'db' | 'now'>) {
  const ms = now().getTime()
  const within = (days: number) => sql`expires_at <= ${ms + days * DAY_MS}`
  return db
    .update(apiKeys)
    .set({ remindedDays: sql`CASE WHEN ${within(LAST)} THEN ${LAST} ELSE ${FIRST} END` })
    .where(
      sql`id IN (
        SELECT api_keys.id FROM api_keys JOIN users ON users.id = api_keys.user_id
        WHERE expires_at > ${ms} AND ${within(FIRST)} AND revoked_at IS NULL
          AND (reminded_days IS NULL OR reminded_days > ${LAST} AND ${within(LAST)})
          AND ${mayHaveKeys}
        ORDER BY expires_at LIMIT ${KEYS})`,
    )
    .returning({
      id: apiKeys.id,
      userId: apiKeys.userId,
      name: apiKeys.name,
      expiresAt: apiKeys.expiresAt,
      remindedDays: apiKeys.remindedDays,
    })
}

async function ownersOf({ db }: Pick<Deps, 'db'>, keys: readonly DueKey[]) {
  if (keys.length === 0) return new Map<string, Owner>()
  const ids = JSON.stringify(keys.map(({ userId }) => userId))
  const owners = await db
    .select(ownerColumns)
    .from(users)
    .where(sql`id IN (SELECT value FROM json_each(${ids}))`)
  return new Map(owners.map((owner) => [owner.id, owner]))
}

/** Mails it; whether that could be done. If not, the key is due again. */
async function remind(deps: Deps, key: DueKey, owner: Owner | undefined): Promise<boolean> {
  const { id, name, expiresAt, remindedDays } = key
  if (!owner) return true
  const days = Math.ceil((expiresAt.getTime() - deps.now().getTime()) / DAY_MS)
  try {
    await notifyOwner(deps, owner, {
      template: 'api_key_expiring',
      data: { name, days, expiresAt },
    })
    return true
  } catch {
    await deps.db
      .update(apiKeys)
      .set({ remindedDays: remindedDays === LAST ? FIRST : null })
      .where(sql`id = ${id} AND reminded_days = ${remindedDays}`)
    return false
  }
}
