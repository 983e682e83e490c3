import { and, eq, notInArray, sql } from 'drizzle-orm'
import { hasOtherAdmin } from '../../identity/accounts/admins'
import { holderOf } from '../../identity/accounts/find-link'
import {
  issueLink,
  linkColumns,
  linksOf,
  linkWith,
  revokeLinks,
} from '../../identity/accounts/links'
import { mailedLink } from '../../identity/accounts/mailed-link'
import {
  notifyOwner,
  occasionOf,
  type Owner,
  ownerColumns,
  ownerNotices,
} from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { recordEvent } from '../../platform/audit/record'
import { randomToken, sha256 } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { insertWaiting } from '../../platform/email/enqueue'
import { problem } from '../../platform/problems'
import { DAY_MS } from '../../platform/time'

/** How long a mailed link can undo it: an owner on holiday must find the mail in time. */
const GRACE_MS = 14 * DAY_MS

/**
 * Schedules the erasure of an account: all its sessions end, nobody can sign in any more, and a
 * mailed link keeps the account until the day. Of the links mailed before, only those are left with
 * which an owner stops what somebody else began: a change of address, a removal of factors. The
 * last admin stays.
 */
export async function scheduleErasure(deps: Deps, session: CurrentSession): Promise<Date> {
  const { db } = deps
  const userId = session.user.id
  const isAdmin = session.user.role === 'admin'
  const isLastAdmin = isAdmin ? sql`NOT ${hasOtherAdmin(userId)}` : sql`false`
  const may = sql`${hasFreshStepUp(deps, session)} AND NOT ${isLastAdmin}`
  const dueAt = new Date(deps.now().getTime() + GRACE_MS)
  const token = randomToken()
  const data = { link: mailedLink(deps, 'keep-account', token), dueAt, ...occasionOf(deps) }
  const notice = { template: 'account_closing', data, expiresAt: dueAt.getTime() } as const
  const mails = await ownerNotices(deps, session.user, notice)
  const { ended } = await batch(db, {
    closing: db
      .update(users)
      .set({ erasureDueAt: dueAt, securityEpoch: sql`security_epoch + 1` })
      .where(and(eq(users.id, userId), may)),
    event: recordEvent(
      deps,
      {
        event: 'user_erasure_scheduled',
        userId,
        actor: userId,
        sessionId: session.id,
        data: { due_at: dueAt.toISOString() },
      },
      may,
    ),
    links: revokeLinks(
      deps,
      linksOf(userId),
      and(notInArray(linkColumns.purpose, ['not_me', 'stop_act']), may),
    ),
    link: issueLink(
      deps,
      { tokenHash: sha256(token), userId, purpose: 'keep_account', expiresAt: dueAt.getTime() },
      sql`WHERE ${may}`,
    ),
    // The fortnight to keep the account is none while its owner does not know of it.
    mails: insertWaiting(deps, mails, may),
    // Last, as it uses the step-up up: with the session goes what the statements above hang on.
    ended: db
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), may))
      .returning({ id: sessions.id }),
  })
  if (ended.length === 0 && isAdmin) await refuseLastAdmin(deps, userId)
  requireUsed(ended)
  return dueAt
}

/** Told apart afterwards: the batch has decided. */
async function refuseLastAdmin({ db }: Pick<Deps, 'db'>, userId: string): Promise<void> {
  const [other] = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), hasOtherAdmin(userId)))
  if (!other) throw problem('last_admin')
}

/** Undoes it, with the token of the mailed link. Works once; opens no session. */
export async function keepAccount(deps: Deps, token: string): Promise<void> {
  const owner = await cancelErasure(deps, token)
  if (!owner) throw problem('invalid_token')
  await notifyOwner(deps, owner, { template: 'account_kept', data: occasionOf(deps) })
}

async function cancelErasure(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  token: string,
): Promise<Owner | undefined> {
  const tokenHash = sha256(token)
  const holder = holderOf(deps, { purpose: 'keep_account', tokenHash })
  const { kept } = await batch(deps.db, {
    event: recordEvent(
      deps,
      { event: 'user_erasure_cancelled', userId: holder, actor: holder },
      sql`EXISTS (SELECT 1 FROM users WHERE id = ${holder} AND erasure_due_at IS NOT NULL)`,
    ),
    kept: deps.db
      .update(users)
      .set({ erasureDueAt: null })
      .where(sql`id = ${holder} AND erasure_due_at IS NOT NULL`)
      .returning(ownerColumns),
    link: revokeLinks(deps, linkWith(tokenHash, 'keep_account')),
  })
  return kept[0]
}
