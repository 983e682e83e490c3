import { sql } from 'drizzle-orm'
import { stateOf } from '../../identity/accounts/account-state'
import { replaceAddressLink } from '../../identity/accounts/links'
import { mailedLink } from '../../identity/accounts/mailed-link'
import { ADDRESS_MS, issueNotMe } from '../../identity/accounts/not-me-link'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { hasFreshStepUp, requireUsed, consumeStepUp } from '../../identity/credentials/step-up'
import { recordEvent } from '../../platform/audit/record'
import { randomToken } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { causeOf, causingAccountOf } from '../../platform/email/cause'
import { enqueueMail } from '../../platform/email/enqueue'
import { maskAddress } from '../../platform/email/header-safety'
import { problem } from '../../platform/problems'
import { emailKey } from '../../platform/text/email-key'

/**
 * Asks for another address. It is the account's only once its owner confirms it; the present one is
 * told at once, with a link that stops everything.
 *
 * Whether the address is another account's shows neither in the answer nor in the number of mails
 * (E-012): the owner of a taken address gets one in place of the link, and finds out; the asker
 * does not. What waits is stored all the same, since the asker's export shows it: nobody is mailed
 * its link.
 */
export async function requestEmailChange(
  deps: Deps,
  session: CurrentSession,
  email: string,
): Promise<void> {
  const { userId, sessionId } = refOf(session)
  const key = emailKey(email)
  requireOther(session, key)
  const token = randomToken()
  const notMe = randomToken()
  const { db } = deps
  const may = hasFreshStepUp(deps, session)
  const { holders, used } = await batch(db, {
    ...replaceAddressLink(deps, { userId, sessionId, email, token, purpose: 'change_email' }, may),
    notMe: issueNotMe(deps, { userId, token: notMe }, may),
    event: recordEvent(
      deps,
      { event: 'user_email_change_requested', userId, actor: userId, sessionId },
      may,
    ),
    holders: db
      .select({
        id: users.id,
        email: users.email,
        locale: users.locale,
        status: users.status,
        frozenAt: users.frozenAt,
        erasureDueAt: users.erasureDueAt,
      })
      .from(users)
      .where(sql`email_key = ${key} AND id <> ${userId} AND status <> 'pending'`),
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  const [holder] = holders
  // First: where the owner cannot be told, no link goes out either.
  await notifyOwner(deps, session.user, {
    template: 'email_change_requested',
    expiresAt: deps.now().getTime() + ADDRESS_MS,
    data: {
      link: mailedLink(deps, 'not-me', notMe),
      newEmail: maskAddress(email),
      ...occasionOf(deps),
    },
  })
  await (holder ? tellHolder(deps, session, holder) : sendLink(deps, session, { email, token }))
}

function sendLink(
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  { user }: CurrentSession,
  { email, token }: { email: string; token: string },
): Promise<void> {
  return enqueueMail(deps, {
    template: 'change_email',
    to: email,
    userId: user.id,
    locale: user.locale,
    cause: causeOf(deps, causingAccountOf(deps, user)),
    expiresAt: deps.now().getTime() + deps.settings.EMAIL_VERIFICATION_TIMEOUT * 1000,
    data: {
      link: mailedLink(deps, 'confirm-email', token),
      validHours: Math.floor(deps.settings.EMAIL_VERIFICATION_TIMEOUT / 3600),
    },
  })
}

/** Refuses the address that the account has already, in whatever spelling. */
export function requireOther(session: CurrentSession, key: string): void {
  if (key !== emailKey(session.user.email)) return
  const detail = 'is the address of this account already'
  throw problem('invalid_request', { errors: [{ pointer: '#/email', detail }] })
}

/** Says nothing of who asked: the two may be strangers to each other. */
function tellHolder(
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  { user }: CurrentSession,
  holder: { id: string; email: string; locale: string } & Parameters<typeof stateOf>[0],
): Promise<void> {
  const { ip, country } = deps.caller
  return enqueueMail(deps, {
    template: 'address_in_use',
    to: holder.email,
    userId: holder.id,
    locale: holder.locale,
    cause: causeOf(deps, causingAccountOf(deps, user)),
    data: { isUsable: stateOf(holder) === 'active', ip, country, time: deps.now() },
  })
}
