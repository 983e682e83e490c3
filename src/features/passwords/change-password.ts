import { and, eq, sql } from 'drizzle-orm'
import { endedByNewPassword } from '../../identity/accounts/is-recoverable'
import { linksOf, revokeLinks } from '../../identity/accounts/links'
import { nameColumns } from '../../identity/accounts/name-columns'
import { notifyOwner, occasionOf, ownerColumns } from '../../identity/accounts/notify-owner'
import { holderColumns } from '../../identity/attempts/password-holder'
import { tryPassword } from '../../identity/attempts/try-password'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { hasFreshStepUp, requireUsed, consumeStepUp } from '../../identity/credentials/step-up'
import { requireGoodPassword } from '../../identity/password-policy/policy'
import { endOthers } from '../../identity/sessions/end-sessions'
import { recordEvent } from '../../platform/audit/record'
import { hashPassword } from '../../platform/crypto/password-hash'
import { batch } from '../../platform/db/batch'
import { merchantProfiles } from '../../platform/db/merchant-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

const POINTER = '#/new_password'

/**
 * Replaces the password for somebody who knows it and has just confirmed the session. Wrong ones
 * count with those of logins: a stolen session is no place to guess. The other sessions end, this
 * one lives on.
 */
export async function changePassword(
  deps: Deps,
  session: CurrentSession,
  input: { oldPassword: string; newPassword: string },
): Promise<void> {
  const { oldPassword, newPassword } = input
  const holder = await findHolder(deps, session.user.id)
  await tryPassword(deps, {
    name: { kind: 'email', key: holder.emailKey },
    user: holder,
    isSignedIn: true,
    password: oldPassword,
    device: session.deviceHash,
    act: 'change-password',
    mailsCode: false,
  })
  if (newPassword.normalize('NFC') === oldPassword.normalize('NFC')) {
    const detail = 'is the one that you have; choose another'
    throw problem('password_rejected', { errors: [{ pointer: POINTER, code: 'same', detail }] })
  }
  await requireGoodPassword(
    deps,
    newPassword,
    [holder.email, ...Object.values(holder.names)],
    POINTER,
  )
  await replacePassword(
    deps,
    session,
    await hashPassword(deps.settings.PASSWORD_PEPPER, newPassword, deps.passwordCost),
  )
  await notifyOwner(deps, holder, {
    template: 'password_changed',
    data: { how: 'change', ...occasionOf(deps) },
  })
}

async function findHolder({ db }: Pick<Deps, 'db'>, userId: string) {
  const [holder] = await db
    .select({
      ...ownerColumns,
      ...holderColumns,
      names: nameColumns,
    })
    .from(users)
    .leftJoin(merchantProfiles, eq(merchantProfiles.userId, users.id))
    .where(eq(users.id, userId))
  if (!holder) throw problem('invalid_access_token', { reason: 'user gone' })
  return holder
}

async function replacePassword(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  passwordHash: string,
): Promise<void> {
  const { db } = deps
  const userId = session.user.id
  const may = hasFreshStepUp(deps, session)
  const { used } = await batch(db, {
    changed: db
      .update(users)
      .set({ passwordHash, securityEpoch: sql`security_epoch + 1` })
      .where(and(eq(users.id, userId), may)),
    event: recordEvent(
      deps,
      { event: 'authn_password_change', userId, actor: userId, sessionId: session.id },
      may,
    ),
    ...endOthers(deps, session, 'password changed', may),
    links: revokeLinks(deps, linksOf(userId, ...endedByNewPassword), may),
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
}
