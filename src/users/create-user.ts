import { and, eq, ne, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { hashPassword } from '../crypto/password-hash'
import { randomToken, sha256 } from '../crypto/token'
import { merchantProfiles } from '../db/merchant-schema'
import { mailedTokens, users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { enqueueMail } from '../email/enqueue'
import { insertDraft, type MerchantDraft } from '../merchants/draft'
import { requireGoodPassword } from '../passwords/policy'
import { reach } from '../reach'
import { emailKey } from './email-key'
import { mailedLink } from './mailed-link'
import { noteSignUp } from './sign-up-watch'
import { upsertPending } from './upsert-pending'

export type SignUp = Readonly<{
  email: string
  password: string
  username?: string | undefined
  locale?: string | undefined
  role: 'customer' | 'merchant'
  merchant?: MerchantDraft | undefined
}>

/**
 * Signs somebody up. Says the same to everyone; what came of it is told to the address by mail.
 *
 * A new address, or one that was never confirmed, gets the account as asked for now: whatever an
 * earlier sign-up left (password, name, profile, link) is void, for it may have been a stranger's. Where
 * its link would be one too many to mail, all stays as it is: else nobody could use the one that was
 * mailed. The owner of a confirmed address is told that somebody tried. A username that is taken is left
 * out, and only the mail says so. All cases do the same work: one hash, one batch, one mail.
 */
export async function createUser(deps: Deps, input: SignUp): Promise<void> {
  await requireGoodPassword(deps, input.password, [
    input.email,
    input.username,
    ...namesOf(input.merchant),
  ])
  const { db } = deps
  const now = deps.now()
  const key = emailKey(input.email)
  const [isGranted] = await Promise.all([
    reach(deps, 'guard', () => guardOf(deps, { address: key }).takeMail('verify', now.getTime())),
    noteSignUp(deps, key),
  ])
  const passwordHash = await hashPassword(
    deps.settings.PASSWORD_PEPPER,
    input.password,
    deps.passwordCost,
  )
  const token = randomToken()
  const expiresAt = new Date(now.getTime() + deps.settings.EMAIL_VERIFICATION_TIMEOUT * 1000)
  const mine = sql`FROM users WHERE email_key = ${key} AND password_hash = ${passwordHash}`
  const isMine = sql`EXISTS (SELECT 1 ${mine})`

  const [, , , [account], [owner]] = await db.batch([
    upsertPending(deps, input, { key, passwordHash, isGranted }),
    db
      .delete(mailedTokens)
      .where(
        sql`${mailedTokens.purpose} = 'verify' AND ${mailedTokens.userId} IN (SELECT id ${mine})`,
      ),
    db
      .insert(mailedTokens)
      .select(sql`SELECT ${sha256(token)}, id, 'verify', NULL, ${expiresAt.getTime()} ${mine}`),
    db
      .select({ id: users.id, username: users.username, locale: users.locale })
      .from(users)
      .where(and(eq(users.emailKey, key), eq(users.passwordHash, passwordHash))),
    db
      .select({ id: users.id, email: users.email, locale: users.locale })
      .from(users)
      .where(and(eq(users.emailKey, key), ne(users.status, 'pending'))),
    db.delete(merchantProfiles).where(sql`${merchantProfiles.userId} IN (SELECT id ${mine})`),
    ...(input.merchant ? [insertDraft(deps, input.merchant, mine)] : []),
    recordEvent(deps, { event: 'user_created', userId: sql`(SELECT id ${mine})` }, isMine),
    recordEvent(
      deps,
      {
        event: 'user_create_duplicate',
        userId: sql`(SELECT id FROM users WHERE email_key = ${key})`,
      },
      sql`NOT ${isMine}`,
    ),
  ])

  if (account) {
    const usernameTaken = input.username !== undefined && account.username === null
    await enqueueMail(deps, {
      template: 'verify_email',
      to: input.email,
      userId: account.id,
      locale: account.locale,
      data: {
        link: mailedLink(deps, 'verify-email', token),
        validHours: Math.floor(deps.settings.EMAIL_VERIFICATION_TIMEOUT / 3600),
        usernameTaken: usernameTaken ? (input.username ?? null) : null,
      },
    }).catch(async (error: unknown) => {
      // A link that nobody was mailed is none to keep at the next try.
      await db.delete(mailedTokens).where(eq(mailedTokens.tokenHash, sha256(token)))
      throw error
    })
  } else {
    await enqueueMail(deps, {
      template: 'account_exists',
      to: owner?.email ?? null,
      userId: owner?.id ?? null,
      ...(owner && { locale: owner.locale }),
      data: { time: now, ip: deps.caller.ip, country: deps.caller.country },
    })
  }
}

const namesOf = (merchant: MerchantDraft | undefined) => [
  merchant?.legal_name,
  merchant?.trading_name,
  merchant?.contact_name,
  merchant?.website,
]
