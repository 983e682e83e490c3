import { randomInt } from 'node:crypto'
import { getTableName, sql } from 'drizzle-orm'
import { type Owner, ownerColumns, ownerNotices } from '../../identity/accounts/notify-owner'
import { limiterOf } from '../../identity/attempts/limiter-of'
import { dropObjects } from '../../identity/merchant-profile/document-objects'
import { recordEvents } from '../../platform/audit/record'
import { scrubEvents } from '../../platform/audit/scrub-events'
import { callStore } from '../../platform/call-store'
import { auditKeys } from '../../platform/db/audit-schema'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import { userTables } from '../../platform/db/user-tables'
import type { Deps } from '../../platform/deps'
import { insertWaiting, type WaitingMail } from '../../platform/email/enqueue'
import { countFailed } from '../../platform/jobs/count-failed'
import type { Counts } from '../../platform/jobs/job'
import { log } from '../../platform/log'

/** Accounts that one run erases, and one batch; the rest is due at the next run. */
const ACCOUNTS = 100
const TOGETHER = 25
/** Accounts of a run that are tried alone, after a batch of several has failed. */
const ALONE = 20
/**
 * A run that was cut off has lost its accounts by the next one, and one beside it does not see
 * them.
 */
const LEASE_MS = 14 * 60_000

/**
 * Erases the accounts whose time has come: all that is personal goes, and what happened stays under
 * an id that names nobody, so that the audit trail stays whole. One that fails stops no other, nor
 * does one with more events than a run can scrub: the next runs go on with it.
 */
export async function eraseAccounts(deps: Deps, eventsAtOnce?: number): Promise<Counts> {
  const { accounts, lease } = await claimDue(deps)
  const ids = accounts.map(({ id }) => id)
  const scrubbed = await scrubEvents(deps, ids, eventsAtOnce)
  const ready: Ready[] = []
  const scrubbedWhole = accounts.filter(({ id }) => scrubbed.events.has(id))
  const notReady = await countFailed(scrubbedWhole, async (owner) => {
    ready.push({ id: owner.id, mails: await prepare(deps, owner) })
  })
  const { gone, failed } = await eraseTogether(ready, (some) => erase(deps, some, scrubbed, lease))
  for (const id of gone) {
    log('info', 'user_erased', { user_id: id, events: scrubbed.events.get(id) ?? 0 })
  }
  // Again, for what a login has left in it meanwhile.
  await Promise.all(
    gone.map((id) =>
      eraseGuard(deps, id).catch(() => log('warn', 'guard_not_told', { user_id: id })),
    ),
  )
  return { accounts: gone.length, failed: notReady + failed }
}

/** An account of which only rows are left, and the mails that tell of its end. */
type Ready = Readonly<{ id: string; mails: readonly WaitingMail[] }>
type Scrubbed = Awaited<ReturnType<typeof scrubEvents>>

/** Takes accounts that are due, by making them due later: of two runs at once each gets others. */
async function claimDue(deps: Pick<Deps, 'db' | 'now' | 'patience'>) {
  const ms = deps.now().getTime()
  const lease = ms + LEASE_MS
  const accounts = await callStore(deps, 'database', () =>
    deps.db
      .update(users)
      .set({ erasureDueAt: new Date(lease) })
      .where(
        sql`id IN (SELECT id FROM users WHERE erasure_due_at <= ${ms}
          ORDER BY erasure_due_at LIMIT ${ACCOUNTS})`,
      )
      .returning(ownerColumns),
  )
  return { accounts, lease }
}

const eraseGuard = (deps: Pick<Deps, 'accountGuards' | 'patience'>, userId: string) =>
  callStore(deps, 'guard', () => limiterOf(deps, { userId }).erase())

/** Empties what is not in the database. */
async function prepare(deps: Deps, owner: Owner): Promise<WaitingMail[]> {
  await eraseGuard(deps, owner.id)
  await callStore(deps, 'archive', () => dropObjects(deps, owner.id))
  return ownerNotices(deps, owner, { template: 'account_erased', data: {} })
}

/**
 * Many in a batch, from one of them chosen at random on. Of a batch that fails some are tried
 * alone, each time others: one that cannot be erased keeps nobody else for long.
 */
async function eraseTogether(
  ready: readonly Ready[],
  eraseSome: (some: readonly Ready[]) => Promise<string[]>,
) {
  const first = randomInt(Math.max(ready.length, 1))
  const all = [...ready.slice(first), ...ready.slice(0, first)]
  const gone: string[] = []
  const add = async (some: readonly Ready[]) => void gone.push(...(await eraseSome(some)))
  let [failed, mayBeAlone] = [0, ALONE]
  for (let at = 0; at < all.length; at += TOGETHER) {
    const some = all.slice(at, at + TOGETHER)
    if ((await countFailed([some], add)) === 0) continue
    const alone = some.slice(0, mayBeAlone).map((one) => [one])
    mayBeAlone -= alone.length
    failed += some.length - alone.length + (await countFailed(alone, add))
  }
  return { gone, failed }
}

/** What the database has of accounts, in one batch; those of them that are still ours. */
async function erase(
  deps: Deps,
  ready: readonly Ready[],
  { events, scrubRest }: Scrubbed,
  lease: number,
): Promise<string[]> {
  const { db } = deps
  const ids = ready.map(({ id }) => id)
  const mine = sql`(SELECT id FROM users WHERE +erasure_due_at = ${lease}
    AND id IN (SELECT value FROM json_each(${JSON.stringify(ids)})))`
  const isMine = sql`user_id IN ${mine}`
  const erased = ids.map((userId) => ({
    event: 'user_erased' as const,
    userId,
    actor: 'system',
    data: { events: events.get(userId) ?? 0 },
  }))
  const mails = ready.flatMap((one) => one.mails.map((mail) => ({ ...mail, about: one.id })))
  const { gone } = await callStore(deps, 'database', () =>
    batch(db, {
      ...scrubRest(ids, sql`part.value ->> 0 IN ${mine}`),
      event: recordEvents(deps, erased, sql`event.value ->> 'userId' IN ${mine}`),
      mails: insertWaiting(deps, mails, sql`mail.value ->> 'about' IN ${mine}`),
      // What is in the archive cannot be changed; without its key nobody reads it.
      archiveKey: db.delete(auditKeys).where(isMine),
      ...Object.fromEntries(
        userTables.map((table) => [getTableName(table), db.delete(table).where(isMine)] as const),
      ),
      gone: db
        .delete(users)
        .where(sql`id IN ${mine}`)
        .returning({ id: users.id }),
    }),
  )
  return gone.map(({ id }) => id)
}
