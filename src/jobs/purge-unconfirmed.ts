import { sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { auditEvents, auditKeys } from '../db/audit-schema'
import { users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { reach } from '../reach'
import { countFailed } from './count-failed'
import type { Counts } from './job'
import { isOwn, NOBODY } from '../audit/scrub-events'
import { userTables } from './user-tables'

const WAIT_MS = 30 * 86_400_000
/** Accounts that one batch takes, and batches of one run. */
const ACCOUNTS = 40
const ROUNDS = 10
const RUN_MS = 30_000

/**
 * Deletes accounts whose invitation nobody has accepted in thirty days, and to which no link and no
 * waiting act leads any more. One that is accepted or invited anew until the last moment stays:
 * each statement of the batch asks.
 */
export async function purgeUnconfirmed(deps: Deps): Promise<Counts> {
  const now = deps.now().getTime()
  let accounts = 0
  for (let round = 0; round < ROUNDS && deps.now().getTime() < now + RUN_MS; round += 1) {
    const due = await findDue(deps)
    const gone = due.length === 0 ? [] : await purge(deps, due)
    accounts += gone.length
    // Wrong passwords are remembered under an id that will not come again: what fails here harms nobody.
    await countFailed(gone, ({ id }) =>
      reach(deps, 'guard', () => guardOf(deps, { userId: id }).erase()),
    )
    if (due.length < ACCOUNTS) break
  }
  return { accounts }
}

/** Whether an account is one to purge, as a condition on `users`. */
const isDue = ({ now }: Pick<Deps, 'now'>) => sql`users.status = 'pending'
  AND users.created_at <= ${now().getTime() - WAIT_MS}
  AND NOT EXISTS (SELECT 1 FROM mailed_tokens AS link
    WHERE link.user_id = users.id AND link.expires_at > ${now().getTime()})
  AND NOT EXISTS (SELECT 1 FROM pending_acts AS act
    WHERE act.user_id = users.id AND act.state = 'waiting')`

const findDue = (deps: Pick<Deps, 'db' | 'now' | 'patience'>) =>
  reach(deps, 'database', () =>
    deps.db
      .select({ id: users.id })
      .from(users)
      .where(isDue(deps))
      .orderBy(users.createdAt)
      .limit(ACCOUNTS),
  )

async function purge(deps: Deps, due: readonly { id: string }[]) {
  const { db } = deps
  const ids = JSON.stringify(due.map(({ id }) => id))
  // CROSS JOIN: from the ids to their accounts, or D1 looks among all that are pending.
  const meant = sql`SELECT users.id FROM json_each(${ids}) AS due CROSS JOIN users
    WHERE users.id = due.value AND ${isDue(deps)}`
  const [gone] = await reach(deps, 'database', () =>
    db.batch([
      db.select({ id: sql<string>`id` }).from(sql`(${meant})`),
      ...due.map(({ id: userId }) =>
        recordEvent(
          deps,
          { event: 'user_purged', userId, actor: 'system' },
          sql`${userId} IN (${meant})`,
        ),
      ),
      db
        .update(auditEvents)
        .set(NOBODY)
        .where(sql`user_id IN (${meant}) AND ${isOwn} AND salt IS NOT NULL`),
      db.delete(auditKeys).where(sql`user_id IN (${meant})`),
      ...userTables.map((table) => db.delete(table).where(sql`user_id IN (${meant})`)),
      db.delete(users).where(sql`id IN (${meant})`),
    ]),
  )
  return gone
}
