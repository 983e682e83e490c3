import { sql } from 'drizzle-orm'
import {
  insertInvited,
  isAddressTaken,
  mailInvitation,
  newInvited,
} from '../../identity/accounts/invite-user'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { batch } from '../../platform/db/batch'
import { type Role, users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { atOnce, type Way } from './invite-way'
import { wayToAdmin } from './way-to-admin'

export type Invitation = Readonly<{ userId: string }> & Way['answer']

/**
 * Makes an account and mails an invitation to its owner, who sets the password; no admin ever does.
 * To invite an admin takes more than one admin's word (decision 013).
 */
export async function invite(
  deps: Deps,
  session: CurrentSession,
  input: {
    email: string
    role: Role
    locale: string | undefined
    bootstrapToken?: string | undefined
  },
): Promise<Invitation> {
  const { email, role, locale, bootstrapToken } = input
  const { db } = deps
  // Before the batch, which would use the step-up up for nothing.
  if (await isAddressTaken(deps, email)) throw problem('address_taken')
  const invited = newInvited(email, locale)
  const asked = { session, invited, role }
  const way =
    role === 'admin'
      ? await wayToAdmin(deps, asked, bootstrapToken)
      : atOnce(deps, asked, sql`true`)
  const when = sql`${hasFreshStepUp(deps, session)} AND ${way.isPossible}`
  const { account, used } = await batch(db, {
    ...insertInvited(deps, invited, when),
    account: db
      .select({ id: users.id })
      .from(users)
      .where(sql`id = (SELECT id ${invited.mine})`),
    ...way.statements,
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  const [made] = account
  if (!made && (await isAddressTaken(deps, email))) {
    throw problem('address_taken', { reason: 'confirmed meanwhile' })
  }
  if (!made) return (way.refuse ?? refuseChanged)()
  const userId = made.id
  if ('expiresAt' in way.answer) await mailInvitation(deps, { ...invited, userId, role })
  return { userId, ...way.answer }
}

const refuseChanged = (): Promise<never> =>
  Promise.reject(problem('user_state', { reason: 'admins changed meanwhile' }))
