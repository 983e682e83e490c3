import { eq } from 'drizzle-orm'
import type { Deps } from '../context'
import { users } from '../db/schema'
import { enqueueNotice, type MailRequest } from '../email/enqueue'

/** Where notices about an account go. */
export type Owner = Readonly<{
  id: string
  email: string
  notificationEmail: string | null
  locale: string
}>

/** The columns of a query that make an `Owner`. */
export const ownerColumns = {
  id: users.id,
  email: users.email,
  notificationEmail: users.notificationEmail,
  locale: users.locale,
}

/** What a notice says; whom it goes to is the owner's own business. */
export type Notice = MailRequest extends infer Mail
  ? Mail extends MailRequest
    ? Pick<Mail, 'template' | 'data' | 'expiresAt'>
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
 * Tells the owner what happened to the account: at its address, and at the second one if it has one.
 * Given an id it looks the owner up. Call it before the answer.
 */
export async function notifyOwner(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'now' | 'patience'>,
  owner: Owner | string,
  notice: Notice,
): Promise<void> {
  const known = typeof owner === 'string' ? await findOwner(deps, owner) : owner
  if (!known) return
  const { id: userId, email, notificationEmail, locale } = known
  const addresses = notificationEmail === null ? [email] : [email, notificationEmail]
  await Promise.all(
    addresses.map((to) => enqueueNotice(deps, { ...notice, to, userId, locale } as MailRequest)),
  )
}

async function findOwner({ db }: Pick<Deps, 'db'>, userId: string): Promise<Owner | undefined> {
  const [owner] = await db.select(ownerColumns).from(users).where(eq(users.id, userId))
  return owner
}
