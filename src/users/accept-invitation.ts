import { sql } from 'drizzle-orm'
import { findLink } from '../identity/accounts/find-link'
import { removeSignUps } from '../identity/accounts/free-address'
import { invitation, isStanding } from '../identity/accounts/invitation'
import { linksOf, revokeLinks } from '../identity/accounts/links'
import { issueDevice } from '../identity/attempts/device-token'
import { requireFewRenames } from '../identity/attempts/few-renames'
import { rememberDevice } from '../identity/attempts/remember-device'
import { requireGoodPassword } from '../passwords/policy'
import { recordEvent } from '../platform/audit/record'
import { hashPassword } from '../platform/crypto/password-hash'
import { batch } from '../platform/db/batch'
import { merchantProfiles } from '../platform/db/merchant-schema'
import { type Role, users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import { emailKey } from '../platform/text/email-key'
import { usernameKey } from '../platform/text/username'

/** What the page of an invitation shows. Uses nothing up. */
export async function checkInvitation(
  deps: Pick<Deps, 'db' | 'now'>,
  token: string,
): Promise<{ email: string; role: Role }> {
  const { email, data } = await findInvitation(deps, token)
  return { email, role: data.role }
}

async function findInvitation(deps: Pick<Deps, 'db' | 'now'>, token: string) {
  const link = await findLink(deps, { purpose: 'invite', token, schema: invitation })
  const [invited] = await deps.db
    .select({ email: users.email })
    .from(users)
    .where(
      sql`id = ${link.userId} AND status = 'pending' AND ${isStanding(JSON.stringify(link.data))}`,
    )
  if (!invited) throw problem('invalid_token', { reason: 'not waiting' })
  return { ...link, ...invited }
}

/**
 * Accepts an invitation: whoever can open the mailbox sets the password, and the account has the
 * role that the invitation was for. Works once, on an account that still waits; what a sign-up with
 * the address has left meanwhile is void, for it may have been a stranger's. Opens no session.
 *
 * The browser is known from then on, as where an address is confirmed (verify-email.ts): returns
 * its device token.
 */
export async function acceptInvitation(
  deps: Deps,
  input: {
    token: string
    password: string
    username?: string | undefined
    locale?: string | undefined
    deviceTokens: readonly string[]
  },
): Promise<string> {
  const { token, password, username = null, locale } = input
  const { db } = deps
  const { email, userId, isGood, data } = await findInvitation(deps, token)
  await requireGoodPassword(deps, password, [email, username])
  if (username !== null) await requireFewRenames(deps, userId)
  const passwordHash = await hashPassword(
    deps.settings.PASSWORD_PEPPER,
    password,
    deps.passwordCost,
  )
  const key = username === null ? null : (usernameKey(username) ?? null)
  const isFree = sql`NOT EXISTS (SELECT 1 FROM users AS other
    WHERE other.username_key = ${key} AND other.id <> ${userId})`
  const isDone = sql`EXISTS (
    SELECT 1 FROM users WHERE id = ${userId} AND password_hash = ${passwordHash})`
  const { changed } = await batch(db, {
    changed: db
      .update(users)
      .set({
        passwordHash,
        username,
        usernameKey: key,
        displayName: null,
        ...(locale !== undefined && { locale }),
        role: data.role,
        status: 'active',
        emailVerifiedAt: deps.now(),
        securityEpoch: sql`security_epoch + 1`,
      })
      .where(
        sql`id = ${userId} AND status = 'pending' AND ${isGood} AND ${isStanding(JSON.stringify(data))} AND ${isFree}`,
      )
      .returning({ epoch: users.securityEpoch }),
    event: recordEvent(
      deps,
      {
        event: 'user_invitation_accepted',
        userId,
        actor: userId,
        data: { role: data.role, by: data.by, requested_by: data.requestedBy },
      },
      isDone,
    ),
    profile: db.delete(merchantProfiles).where(sql`user_id = ${userId} AND ${isDone}`),
    links: revokeLinks(deps, linksOf(userId), isDone),
    signUps: removeSignUps(deps, emailKey(email), isDone),
  })
  const [accepted] = changed
  if (!accepted) {
    // Told apart only now: the link was good a moment ago, and stays so for another name.
    await findInvitation(deps, token)
    throw problem('username_taken')
  }
  const device = issueDevice(deps, userId, input.deviceTokens)
  await rememberDevice(deps, userId, { device: device.hash, epoch: accepted.epoch })
  return device.token
}
