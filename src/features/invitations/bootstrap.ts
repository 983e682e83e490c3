import { sql } from 'drizzle-orm'
import { hasAnyAdmin } from '../../identity/accounts/admins'
import { BY_BOOTSTRAP } from '../../identity/accounts/invitation'
import {
  insertInvited,
  isAddressTaken,
  issueInvitation,
  mailInvitation,
  newInvited,
} from '../../identity/accounts/invite-user'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { bootstrapSecret, recordRefusedSecret } from './bootstrap-secret'

/**
 * Invites the first admin, for whoever holds the secret BOOTSTRAP_TOKEN. There is no account before
 * that and no password that everybody knows.
 *
 * The secret opens one invitation and is dead, and none at all once there is an admin. A wrong one,
 * a dead one and a service without one answer alike, as a path does where nothing is.
 */
export async function bootstrap(
  deps: Deps,
  { token, email }: { token: string; email: string },
): Promise<void> {
  const { db } = deps
  const secret = bootstrapSecret(deps, token)
  if (!secret) return refuse(deps, 'wrong')
  const isAlive = sql`${secret.isUnused} AND NOT ${hasAnyAdmin}`
  const [alive] = await db
    .select({ alive: sql<number>`1` })
    .from(sql`(SELECT 1)`)
    .where(isAlive)
  if (!alive) return refuse(deps, 'dead')
  if (await isAddressTaken(deps, email)) throw problem('address_taken')

  const invited = newInvited(email)
  const { mine } = invited
  const isMade = sql`EXISTS (SELECT 1 ${mine})`
  const link = { token: invited.token, role: 'admin', by: BY_BOOTSTRAP } as const
  const {
    account: [account],
  } = await batch(db, {
    ...insertInvited(deps, invited, isAlive),
    issued: issueInvitation(deps, link, mine),
    event: recordEvent(
      deps,
      { event: 'sys_bootstrap', userId: sql`(SELECT id ${mine})`, actor: 'system' },
      isMade,
    ),
    account: db
      .select({ id: users.id })
      .from(users)
      .where(sql`id = (SELECT id ${mine})`),
    // Decides: of fifty at once the others find it, above, and make nothing.
    used: secret.use(isMade),
  })
  if (!account) return refuse(deps, 'used meanwhile')
  await mailInvitation(deps, { ...invited, userId: account.id, role: 'admin' })
}

async function refuse(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'ipLimiters' | 'patience'>,
  reason: string,
): Promise<never> {
  await recordRefusedSecret(deps, reason)
  throw problem('not_found', { reason })
}
