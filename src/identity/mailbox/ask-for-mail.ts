import type { SQL } from 'drizzle-orm'
import { type AuditEvent, recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { randomToken } from '../../platform/crypto/token'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { causeOf, causingAccountOf, type MailCause } from '../../platform/email/cause'
import { enqueueMail, type MailRequest } from '../../platform/email/enqueue'
import { emailKey } from '../../platform/text/email-key'
import { findDevice } from '../attempts/device-token'
import { limiterOf } from '../attempts/limiter-of'
import { askerOf, findMailbox, type Mailbox } from './mailbox'
import { type Act, copySignUp, issueMailboxLink } from './mailbox-link'
import { mailOf } from './mailbox-mail'

const NOBODY: Mailbox = { state: 'unknown' }

/** A link that was made so lately is still on its way. */
const FRESH_MS = 60_000

/** Whose word it is that an address is to be mailed. */
export type Asker = Readonly<{
  /** Of the browser that asks. */
  deviceTokens?: readonly string[]
  /** The id of an admin. */
  admin?: string
  /**
   * A login that was refused asks: what is left to its network must not tell that there was a mail.
   */
  isUnseen?: boolean
}>

/**
 * Mails the owner of an address how to go on, whatever its account is. Anyone may ask for any
 * address, and cannot tell what stands behind it: one query, one call of a guard, one batch and one
 * message for all of them. It goes to the address that is stored, never to the spelling that was
 * typed. Past the limit nothing goes out and nothing changes. Returns whether it was within the
 * limit, which no answer to a stranger may tell.
 */
export async function askForMail(
  deps: Deps,
  input: { email: string; act: Exclude<Act, 'sign_up'> } & Asker,
  eventOf: (found: { mailbox: Mailbox; isGranted: boolean; isSent: boolean }) => {
    event: AuditEvent
    when?: SQL
  },
): Promise<boolean> {
  const { email, act, admin } = input
  const key = emailKey(email)
  const mailbox = await findMailbox(deps, key)
  const isGranted = await mayMail(deps, { key, mailbox, act, asker: input })
  const isOffered = admin === undefined || mailbox.state === 'active' || mailbox.state === 'frozen'
  const meant = isGranted && isOffered && !isOnItsWay(deps, mailbox) ? mailbox : NOBODY
  const token = randomToken()
  const { event, when } = eventOf({ mailbox, isGranted, isSent: meant.state !== 'unknown' })
  const { link, copy } = await batch(deps.db, {
    ...issueMailboxLink(deps, { key, mailbox: meant, act, token }),
    ...copySignUp(deps, { mailbox: meant, token }),
    // Nobody's too: a batch that writes nothing would be answered sooner.
    event: recordEvent(deps, event, when),
  })
  const by = admin === undefined ? 'owner' : 'admin'
  const isIssued = link.length + copy.length > 0
  const mail = mailOf(deps, { mailbox: meant, act, token, by })
  await sendMail(deps, { key, mailbox, act, asker: input }, mail, isIssued)
  return isGranted
}

/** Who asks for what in a name, and what stands behind it. */
type Asking = Readonly<{ key: string; mailbox: Mailbox; act: Act; asker: Asker }>

/**
 * Sends the mail of an act, or one to nobody: where there is none, or where its link was not made,
 * since the account has changed since it was found. It is counted by the act and the name alone,
 * and ends with the act, or with its own link if that is sooner.
 */
export function sendMail(
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'caller' | 'now' | 'patience'>,
  asking: Asking,
  mail: MailRequest | undefined,
  isIssued: boolean,
): Promise<void> {
  const { key, act } = asking
  const kind = act === 'reset' ? 'reset' : 'sign_up'
  const { EMAIL_VERIFICATION_TIMEOUT, PASSWORD_RESET_TIMEOUT } = deps.settings
  const seconds = act === 'reset' ? PASSWORD_RESET_TIMEOUT : EMAIL_VERIFICATION_TIMEOUT
  const end = deps.now().getTime() + seconds * 1000
  const counted = { name: key, kind, cause: causeOfAsking(deps, asking) } as const
  if (mail && (isIssued || !('link' in mail.data))) {
    const expiresAt = Math.min(mail.expiresAt ?? end, end)
    return enqueueMail(deps, { ...mail, ...counted, expiresAt })
  }
  const data = { ip: deps.caller.ip, country: deps.caller.country, time: deps.now() }
  const nobody = { template: 'account_exists', to: null, userId: null, data } as const
  return enqueueMail(deps, { ...nobody, ...counted, expiresAt: end })
}

/** The owner's account where the browser is known to it, an admin, or nobody known. */
function causeOfAsking(
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  { mailbox, asker }: Pick<Asking, 'mailbox' | 'asker'>,
): MailCause | undefined {
  if (asker.admin !== undefined) return 'service'
  if (asker.isUnseen) return 'unseen'
  const owner = 'owner' in mailbox ? mailbox.owner : undefined
  const device = findDevice(deps, owner?.id ?? '', asker.deviceTokens ?? [])
  const isKnown = owner !== undefined && device !== null
  return causeOf(deps, isKnown ? causingAccountOf(deps, owner) : undefined)
}

const isOnItsWay = ({ now, settings }: Pick<Deps, 'now' | 'settings'>, mailbox: Mailbox) =>
  mailbox.state === 'unconfirmed' &&
  mailbox.signUp.expiresAt.getTime() >
    now().getTime() + settings.EMAIL_VERIFICATION_TIMEOUT * 1000 - FRESH_MS

/**
 * Counts a mail that an address is asked for, by the name and the network that asks: nobody uses up
 * what is another's. Browsers that the account knows, and admins, have a count of their own.
 */
export async function mayMail(deps: Deps, asking: Asking): Promise<boolean> {
  const { key, mailbox, act } = asking
  const cause = causeOfAsking(deps, asking)
  const isTrusted =
    cause === 'service' || (typeof cause === 'object' && cause.account !== undefined)
  // By what is mailed, whatever was asked for.
  const kind = act === 'reset' || mailbox.state === 'frozen' ? 'reset' : 'verify'
  const guard = limiterOf(deps, { name: { kind: 'email', key } })
  const now = deps.now().getTime()
  const waitSeconds = await callStore(deps, 'guard', () =>
    isTrusted ? guard.ask(`${kind}_known`, now) : guard.ask(kind, now, askerOf(deps.caller.ip)),
  )
  return waitSeconds === 0
}
