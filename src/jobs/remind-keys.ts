import { type SQL, sql } from 'drizzle-orm'
import { REMIND_DAYS } from '../api-keys/key-life'
import { mayHaveKeys } from '../api-keys/key-owner'
import type { Deps } from '../context'
import { batch } from '../db/batch'
import { apiKeys } from '../db/key-schema'
import { users } from '../db/schema'
import { insertWaiting, type WaitingMail } from '../email/enqueue'
import { reach } from '../reach'
import { ownerColumns, ownerNotices } from '../users/notify-owner'
import { countFailed } from './count-failed'
import type { Counts } from './job'

/** Keys of one round, and rounds of one run: what is left is reminded of a day later. */
const KEYS = 100
const ROUNDS = 10
const DAY_MS = 86_400_000
const [FIRST, LAST] = REMIND_DAYS

/**
 * Reminds owners of keys that end within 14 days, and again within 3. A key whose owner may not use it
 * waits until he may. One batch notes the reminder and has its mails wait: of two runs at once, the
 * one that notes it mails.
 */
export async function remindKeys(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'patience'>,
): Promise<Counts> {
  let [reminded, failed] = [0, 0]
  for (let round = 0; round < ROUNDS && failed === 0; round++) {
    const due = await findDue(deps)
    const mails: WaitingMail[] = []
    failed = await countFailed(due, async (key) => {
      const written = await mailsOf(deps, key)
      mails.push(...written.map((mail) => ({ ...mail, about: key.id })))
    })
    reminded += await remind(deps, mails)
    if (due.length < KEYS) break
  }
  return { keys: reminded, failed }
}

/** Whether a key is due, as a condition on `api_keys` and `users`. */
function isDue({ now }: Pick<Deps, 'now'>) {
  const ms = now().getTime()
  return sql`expires_at > ${ms} AND ${endsWithin(FIRST, ms)} AND revoked_at IS NULL
    AND (reminded_days IS NULL OR reminded_days > ${LAST} AND ${endsWithin(LAST, ms)})
    AND ${mayHaveKeys}`
}

const endsWithin = (days: number, ms: number) => sql`expires_at <= ${ms + days * DAY_MS}`

type DueKey = Awaited<ReturnType<typeof findDue>>[number]

/** The keys that end soonest. CROSS JOIN: by their index of ends, not by all active users. */
const findDue = (deps: Pick<Deps, 'db' | 'now' | 'patience'>) =>
  reach(deps, 'database', () =>
    deps.db
      .select({
        id: apiKeys.id,
        name: apiKeys.name,
        expiresAt: apiKeys.expiresAt,
        owner: ownerColumns,
      })
      .from(apiKeys)
      .crossJoin(users)
      .where(sql`users.id = api_keys.user_id AND ${isDue(deps)}`)
      .orderBy(apiKeys.expiresAt)
      .limit(KEYS),
  )

function mailsOf(deps: Pick<Deps, 'settings' | 'now'>, { name, expiresAt, owner }: DueKey) {
  const days = Math.ceil((expiresAt.getTime() - deps.now().getTime()) / DAY_MS)
  return ownerNotices(deps, owner, {
    template: 'api_key_expiring',
    data: { name, days, expiresAt },
  })
}

/** Has the mails wait whose keys are due at this moment, and notes that; how many keys. */
async function remind(
  deps: Pick<Deps, 'db' | 'now' | 'patience'>,
  mails: readonly WaitingMail[],
): Promise<number> {
  if (mails.length === 0) return 0
  const { db, now } = deps
  const ids = JSON.stringify([...new Set(mails.map(({ about }) => about))])
  const due = (of: SQL) => sql`(SELECT api_keys.id FROM api_keys CROSS JOIN users
    WHERE api_keys.id ${of} AND users.id = api_keys.user_id AND ${isDue(deps)})`
  const { noted } = await reach(deps, 'database', () =>
    batch(db, {
      mails: insertWaiting(deps, mails, sql`EXISTS ${due(sql`= mail.value ->> 'about'`)}`),
      noted: db
        .update(apiKeys)
        .set({
          remindedDays: sql`CASE WHEN ${endsWithin(LAST, now().getTime())} THEN ${LAST} ELSE ${FIRST} END`,
        })
        .where(sql`id IN ${due(sql`IN (SELECT value FROM json_each(${ids}))`)}`)
        .returning({ id: apiKeys.id }),
    }),
  )
  return noted.length
}
