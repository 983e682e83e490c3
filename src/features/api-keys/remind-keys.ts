import { sql } from 'drizzle-orm'
import { ownerColumns, ownerNotices } from '../../identity/accounts/notify-owner'
import { mayHaveKeys } from '../../identity/api-keys/key-owner'
import { callStore } from '../../platform/call-store'
import { batch } from '../../platform/db/batch'
import { apiKeys } from '../../platform/db/key-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { insertWaiting, type WaitingMail } from '../../platform/email/enqueue'
import { countFailed } from '../../platform/jobs/count-failed'
import type { Counts } from '../../platform/jobs/job'
import { DAY_MS } from '../../platform/time'
import { REMIND_DAYS } from './key-life'

/** Keys of one round, and rounds of one run: the rest is reminded of a day later. */
const KEYS = 100
const ROUNDS = 10
const [FIRST, LAST] = REMIND_DAYS

/**
 * Reminds owners of keys that end within 14 days, and again within 3. A key whose owner may not use
 * it waits until he may. One batch notes the reminders with their mails: of two runs at once, the
 * one that notes a key mails.
 */
export async function remindKeys(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller' | 'patience'>,
): Promise<Counts> {
  const ms = deps.now().getTime()
  let [reminded, failed] = [0, 0]
  let last: Place = { expiresAt: deps.now(), id: '' }
  for (let round = 0; round < ROUNDS; round++) {
    const due = await findDue(deps, ms, last)
    const mails: WaitingMail[] = []
    failed += await countFailed(due, async ({ id, name, expiresAt, owner }) => {
      const days = Math.ceil((expiresAt.getTime() - ms) / DAY_MS)
      const data = { name, days, expiresAt }
      const written = await ownerNotices(deps, owner, { template: 'api_key_expiring', data })
      mails.push(...written.map((mail) => ({ ...mail, about: id })))
    })
    reminded += await remind(deps, mails, ms)
    last = due.at(-1) ?? last
    if (due.length < KEYS) break
  }
  return { keys: reminded, failed }
}

const endsWithin = (days: number, ms: number) => sql`expires_at <= ${ms + days * DAY_MS}`

/** Whether a key is due, of the join of `api_keys` and `users`. */
const isDue = (ms: number) => sql`users.id = api_keys.user_id
  AND expires_at > ${ms} AND ${endsWithin(FIRST, ms)} AND revoked_at IS NULL
  AND (reminded_days IS NULL OR reminded_days > ${LAST} AND ${endsWithin(LAST, ms)})
  AND ${mayHaveKeys}`

// CROSS JOIN, here and below: from the keys to their owners, or D1 begins with all active users.

/** A key among all, in the order in which they end. */
type Place = Readonly<{ expiresAt: Date; id: string }>

/**
 * The keys after this one that end soonest: a run looks at each once, in as many rounds as it
 * takes.
 */
const findDue = (deps: Pick<Deps, 'db' | 'patience'>, ms: number, after: Place) =>
  callStore(deps, 'database', () =>
    deps.db
      .select({
        id: apiKeys.id,
        name: apiKeys.name,
        expiresAt: apiKeys.expiresAt,
        owner: ownerColumns,
      })
      .from(apiKeys)
      .crossJoin(users)
      .where(
        sql`(api_keys.expires_at, api_keys.id) > (${after.expiresAt.getTime()}, ${after.id})
          AND ${isDue(ms)}`,
      )
      .orderBy(apiKeys.expiresAt, apiKeys.id)
      .limit(KEYS),
  )

/** Has those mails wait whose keys are still due, and notes that; how many keys. */
async function remind(
  deps: Pick<Deps, 'db' | 'patience'>,
  mails: readonly WaitingMail[],
  ms: number,
): Promise<number> {
  if (mails.length === 0) return 0
  const ids = JSON.stringify(mails.map(({ about }) => about))
  const due = sql`(SELECT api_keys.id FROM json_each(${ids}) AS given CROSS JOIN api_keys
    CROSS JOIN users WHERE api_keys.id = given.value AND ${isDue(ms)})`
  const remindedDays = sql`CASE WHEN ${endsWithin(LAST, ms)} THEN ${LAST} ELSE ${FIRST} END`
  const { noted } = await callStore(deps, 'database', () =>
    batch(deps.db, {
      mails: insertWaiting(deps, mails, sql`mail.value ->> 'about' IN ${due}`),
      noted: deps.db
        .update(apiKeys)
        .set({ remindedDays })
        .where(sql`id IN ${due}`)
        .returning({ id: apiKeys.id }),
    }),
  )
  return noted.length
}
