import { eq } from 'drizzle-orm'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { causeOf, causingAccountOf } from '../../platform/email/cause'
import {
  enqueueNotice,
  type MailRequest,
  waitingMail,
  type WaitingMail,
} from '../../platform/email/enqueue'

/** Where notices about an account go. */
export type Owner = Readonly<{
  id: string
  email: string
  notificationEmail: string | null
  locale: string
  role: string
  createdAt: Date
}>

/** The columns of a query that make an `Owner`. */
export const ownerColumns = {
  id: users.id,
  email: users.email,
  notificationEmail: users.notificationEmail,
  locale: users.locale,
  role: users.role,
  createdAt: users.createdAt,
}

/** What a notice says; whom it goes to is the owner's own business. */
export type Notice = MailRequest extends infer Mail
  ? Mail extends MailRequest
    ? Pick<Mail, 'template' | 'data' | 'expiresAt'> & {
        /**
         * False where what it tells of was done in a browser that is not known to be the owner's.
         */
        isKnownDevice?: boolean
      }
    : never
  : never

/** When, where and with what something was done, for the mail that tells of it. */
export const occasionOf = ({ caller, now }: Pick<Deps, 'caller' | 'now'>) => ({
  device: caller.userAgent,
  ip: caller.ip,
  country: caller.country,
  time: now(),
})

/**
 * Tells the owner what happened to the account: at its address, and at the second one if it has
 * one. Given an id it looks the owner up. Call it before the answer.
 */
export async function notifyOwner(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  owner: Owner | string,
  notice: Notice,
): Promise<void> {
  const known = typeof owner === 'string' ? await findOwner(deps, owner) : owner
  if (!known) return
  await Promise.all(mailsTo(deps, known, notice).map((mail) => enqueueNotice(deps, mail)))
}

/**
 * The same mails as rows that wait, for the batch of what they tell of (`insertWaiting`): of what a
 * job does, and of what waits for the owner's word (decision 017).
 */
export const ownerNotices = (
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  owner: Owner,
  notice: Notice,
): Promise<WaitingMail[]> =>
  Promise.all(mailsTo(deps, owner, notice).map((mail) => waitingMail(deps, mail)))

function mailsTo(
  deps: Pick<Deps, 'now' | 'caller'>,
  owner: Owner,
  { isKnownDevice, ...notice }: Notice,
): MailRequest[] {
  const { id: userId, email, notificationEmail, locale } = owner
  const cause = causeOf(deps, causingAccountOf(deps, owner, isKnownDevice))
  const addresses = notificationEmail === null ? [email] : [email, notificationEmail]
  return addresses.map((to) => ({ ...notice, to, userId, locale, cause }) as MailRequest)
}

async function findOwner({ db }: Pick<Deps, 'db'>, userId: string): Promise<Owner | undefined> {
  const [owner] = await db.select(ownerColumns).from(users).where(eq(users.id, userId))
  return owner
}
