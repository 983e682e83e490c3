import { type SQL, sql } from 'drizzle-orm'
import { type Notice, notifyOwner, ownerNotices } from '../../identity/accounts/notify-owner'
import type { Authority } from '../../identity/approvals/authority'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { type SealedText, sealerFor } from '../../platform/audit/text'
import { withTimeout } from '../../platform/call-store'
import { type Answers, batchOfEach, type Statements } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { insertWaiting } from '../../platform/email/enqueue'
import { problem } from '../../platform/problems'
import { findTargets, type Refusals, type Target } from './target'

/** Which accounts an admin acts on, and why. */
export type UserAct = Readonly<{ userIds: readonly string[]; reason: string }>

/** What is done to one account, and what its owner is told if `when` holds before that. */
type Plan<S> = Readonly<{
  statements: S
  mail?: Mail | undefined
}>

type Mail = Readonly<{ notice: Notice; when: SQL }>

type Act<S extends Statements> = Readonly<{
  userIds: readonly string[]
  /** Recorded with each of them, as what was said of that person. */
  reason: string
  authority: Authority
  /** What is done to an account, while `may` holds, and why. Throws what speaks against it. */
  plan: (target: Target, may: SQL, text: SealedText | undefined) => Plan<S>
  /** Whether that was done, by the rows of its statements. */
  isDone: (rows: Answers<S>) => boolean
}>

/** Accounts for which other stores are asked at the same time. */
const AT_ONCE = 20

/**
 * Acts on each account of a list, in one batch: what speaks against one account stops no other, and
 * one step-up is enough for all. The act on a single account is a list of one. Where there is no
 * account to act on, nothing is used up.
 *
 * The mails to the owners are in the batch, since a queue that hangs would use up the time of a
 * hundred; the mail to a single one goes to the queue after it (decision 017).
 */
export async function actOnUsers<S extends Statements>(
  deps: Deps,
  session: CurrentSession,
  { userIds, reason, authority, plan, isDone }: Act<S>,
): Promise<{ done: Target[]; refusals: Refusals }> {
  const { subjects, refusals } = await findTargets(deps, session, userIds)
  const isSingle = userIds.length === 1
  const seal = await sealerFor(
    deps,
    subjects.map(({ id }) => id),
  )
  const planned = await forEachOf(deps, subjects, refusals, async (target) => {
    const text = await seal(target.id, { reason })
    const { statements, mail } = plan(target, authority.may, text)
    const mails = mail && !isSingle ? await ownerNotices(deps, target, mail.notice) : []
    // Told is what is possible before it is done.
    const told = mail && (isSingle ? holds(deps, mail) : insertWaiting(deps, mails, mail.when))
    return { target, mail, statements: { told, ...statements } }
  })
  if (planned.length === 0) return { done: [], refusals }
  const all = planned.map(({ statements }) => statements)
  const { each, last } = await batchOfEach(deps.db, all, { used: authority.used })
  authority.requireUsed(last.used)
  const [one] = planned
  if (isSingle && one?.mail && each[0]?.told?.length) {
    await notifyOwner(deps, one.target, one.mail.notice)
  }
  const done = planned.filter((_, at) => isDone(each[at] as Answers<S>))
  for (const one of planned) {
    if (!done.includes(one)) refusals.set(one.target.id, problem('user_state', CHANGED))
  }
  return { done: done.map(({ target }) => target), refusals }
}

/** The statement that returns a row if a mail is to be sent. */
const holds = ({ db }: Pick<Deps, 'db'>, { when }: Mail) =>
  db
    .select({ id: sql<string>`''` })
    .from(sql`(SELECT 1)`)
    .where(when)

const CHANGED = { reason: 'changed meanwhile' }

/**
 * Does some work for each account, a few at a time: where it fails, that account is refused and the
 * others go on. All of it may take as long as one store, so that the caller hears what was done.
 */
export async function forEachOf<T>(
  { patience }: Pick<Deps, 'patience'>,
  subjects: readonly Target[],
  refusals: Refusals,
  work: (target: Target) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  const open = new Set(subjects)
  let isOver = false
  const left = subjects.values()
  const lane = async () => {
    for (const target of left) {
      try {
        const result = await work(target)
        if (!isOver) results.push(result)
      } catch (error) {
        if (!isOver) refusals.set(target.id, error as Error)
      }
      if (isOver) return
      open.delete(target)
    }
  }
  const lanes = () => Promise.all(Array.from({ length: AT_ONCE }, lane))
  // Lanes do not fail: what is caught is that they were too slow.
  await withTimeout(patience.store, lanes).catch(() => {})
  isOver = true
  const tooLate = problem('service_unavailable', { reason: 'no time left' })
  for (const { id } of open) refusals.set(id, tooLate)
  return results
}

/** The answer to an act on a single account: its refusal is thrown. */
export function requireDone(refusals: Refusals): void {
  for (const refusal of refusals.values()) throw refusal
}
