import { getTableName, sql } from 'drizzle-orm'
import { limiterOf } from '../../identity/attempts/limiter-of'
import { recordEvents } from '../../platform/audit/record'
import { isOwn, NOBODY } from '../../platform/audit/scrub-events'
import { callStore } from '../../platform/call-store'
import { randomToken } from '../../platform/crypto/token'
import { auditEvents, auditKeys } from '../../platform/db/audit-schema'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import { userTables } from '../../platform/db/user-tables'
import type { Deps } from '../../platform/deps'
import { countFailed } from '../../platform/jobs/count-failed'
import type { Counts } from '../../platform/jobs/job'
import { DAY_MS } from '../../platform/time'

const WAIT_MS = 30 * DAY_MS
/**
 * Old invitations that one query looks at, and such queries of one run: one more, since it walks
 * round.
 */
const LOOKED_AT = 500
const ROUNDS = 11
/** Accounts that one batch takes, and one run. */
const ACCOUNTS = 40
const MOST = 400
const RUN_MS = 30_000
/** Users among whom the first one to look at is drawn. */
const DRAWN = 500

/** A place among the invited, who are looked at in the order of an index: oldest first. */
type Place = Readonly<{ createdAt: number; id: string }>

/**
 * Deletes accounts whose invitation nobody has accepted in thirty days, and to which no link and no
 * waiting act leads any more. One that is accepted or invited anew until the last moment stays:
 * each statement of the batch asks. Walks once round from a random place, so that those who stay,
 * or cannot be deleted, keep no other from being looked at.
 */
export async function purgeUnconfirmed(deps: Deps): Promise<Counts> {
  const now = deps.now().getTime()
  const start = await randomPlace(deps)
  let [after, isRound]: [Place, boolean] = [start, false]
  let [accounts, failed] = [0, 0]
  const isTime = () => deps.now().getTime() < now + RUN_MS
  for (let round = 0; round < ROUNDS && accounts + failed < MOST && isTime(); round += 1) {
    const most = Math.min(ACCOUNTS, MOST - accounts - failed)
    const { due, last } = await lookAhead(deps, { after, until: isRound ? start : undefined, most })
    const gone: { id: string }[] = []
    const batches = due.length === 0 ? [] : [due]
    const notDone = await countFailed(batches, async () => gone.push(...(await purge(deps, due))))
    accounts += gone.length
    failed += notDone * due.length
    // Wrong passwords are remembered under an id that will not come again: what fails here harms
    // nobody.
    await countFailed(gone, ({ id }) =>
      callStore(deps, 'guard', () => limiterOf(deps, { userId: id }).erase()),
    )
    if (last) after = last
    else if (isRound) break
    else [after, isRound] = [BEGINNING, true]
  }
  return { accounts, failed }
}

const BEGINNING: Place = { createdAt: 0, id: '' }

/** Whether an invitation is old, as a condition on `users` that an index answers. */
const isOld = ({ now }: Pick<Deps, 'now'>) =>
  sql`users.status = 'pending' AND users.created_at <= ${now().getTime() - WAIT_MS}`

/** Whether an account is one to purge. The signs keep D1 from looking through all that are old. */
const isDue = (deps: Pick<Deps, 'now'>) => sql`+users.status = 'pending'
  AND +users.created_at <= ${deps.now().getTime() - WAIT_MS}
  AND NOT EXISTS (SELECT 1 FROM mailed_tokens AS link
    WHERE link.user_id = users.id AND link.expires_at > ${deps.now().getTime()})
  AND NOT EXISTS (SELECT 1 FROM pending_acts AS act
    WHERE act.user_id = users.id AND act.state = 'waiting')`

/**
 * That of an account drawn from all users. Where some do not have one there are so few that a run
 * looks at all of them, and begins at the beginning.
 */
async function randomPlace(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<Place> {
  const drawn = sql`(SELECT * FROM users WHERE id > ${`usr_${randomToken()}`}
    ORDER BY id LIMIT ${DRAWN}) AS users`
  const [place] = await callStore(deps, 'database', () =>
    deps.db
      .select({ createdAt: sql<number>`created_at`, id: sql<string>`id` })
      .from(drawn)
      .where(isOld(deps))
      .limit(1),
  )
  return place ?? BEGINNING
}

/**
 * Those who are due, as many as asked for, among the next ones; and the last who was looked at,
 * unless that was the end.
 */
async function lookAhead(
  deps: Pick<Deps, 'db' | 'now' | 'patience'>,
  { after, until, most }: { after: Place; until: Place | undefined; most: number },
) {
  const placeOf = ({ createdAt, id }: Place) => sql`(${createdAt}, ${id})`
  const seen = await callStore(deps, 'database', () =>
    deps.db
      .select({ id: users.id, createdAt: users.createdAt, isDue: sql<number>`${isDue(deps)}` })
      .from(users)
      .where(
        sql`${isOld(deps)} AND (users.created_at, users.id) > ${placeOf(after)}
          ${until ? sql`AND (users.created_at, users.id) <= ${placeOf(until)}` : sql``}`,
      )
      .orderBy(users.createdAt, users.id)
      .limit(LOOKED_AT),
  )
  const due = seen.filter((user) => user.isDue).slice(0, most)
  const last = due.length === most ? due.at(-1) : seen[LOOKED_AT - 1]
  return { due, last: last && { id: last.id, createdAt: last.createdAt.getTime() } }
}

async function purge(deps: Deps, due: readonly { id: string }[]) {
  const { db } = deps
  const ids = JSON.stringify(due.map(({ id }) => id))
  const meant = sql`SELECT id FROM users
    WHERE users.id IN (SELECT value FROM json_each(${ids})) AND ${isDue(deps)}`
  const isMeant = sql`user_id IN (${meant})`
  const events = due.map(({ id: userId }) => ({
    event: 'user_purged' as const,
    userId,
    actor: 'system',
  }))
  const { gone } = await callStore(deps, 'database', () =>
    batch(db, {
      gone: db.select({ id: sql<string>`id` }).from(sql`(${meant})`),
      events: recordEvents(deps, events, sql`event.value ->> 'userId' IN (${meant})`),
      scrubbed: db
        .update(auditEvents)
        .set(NOBODY)
        .where(sql`${isMeant} AND ${isOwn} AND salt IS NOT NULL`),
      archiveKeys: db.delete(auditKeys).where(isMeant),
      ...Object.fromEntries(
        userTables.map((table) => [getTableName(table), db.delete(table).where(isMeant)] as const),
      ),
      users: db.delete(users).where(sql`id IN (${meant})`),
    }),
  )
  return gone
}
