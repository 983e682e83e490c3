import { and, eq, ne, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { hashPassword } from '../crypto/password-hash'
import { randomToken, sha256 } from '../crypto/token'
import { batch } from '../db/batch'
import { insertWhere } from '../db/insert-where'
import { signUps, users } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import { enqueueMail } from '../email/enqueue'
import type { MerchantDraft } from '../merchants/draft'
import { requireGoodPassword } from '../passwords/policy'
import { reach } from '../reach'
import { emailKey } from './email-key'
import { mailedLink } from './mailed-link'
import { noteSignUp } from './sign-up-watch'

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
 * It makes no account: it waits for the link in its mail, which makes the account just as it was
 * asked for here (verify-email.ts). Several wait side by side, since nobody can tell yet whose the
 * address is; whoever confirms first has it, and the username too. Until then nothing shows that
 * there was a sign-up. The owner of an address that has an account is told that somebody tried. All
 * cases do the same work: one hash, one batch, one mail.
 */
export async function createUser(deps: Deps, input: SignUp): Promise<void> {
  await requireGoodPassword(deps, input.password, [
    input.email,
    input.username,
    ...namesOf(input.merchant),
  ])
  const { db, now, settings } = deps
  const key = emailKey(input.email)
  const name = { kind: 'email', key } as const
  const [waitSeconds] = await Promise.all([
    reach(deps, 'guard', () => guardOf(deps, { name }).ask('verify', now().getTime())),
    noteSignUp(deps, key),
  ])
  const passwordHash = await hashPassword(
    settings.PASSWORD_PEPPER,
    input.password,
    deps.passwordCost,
  )
  const token = randomToken()
  const tokenHash = sha256(token)
  const isMine = sql`EXISTS (SELECT 1 FROM sign_ups WHERE token_hash = ${tokenHash})`
  const who = eq(users.emailKey, key)

  const own = { key, tokenHash, passwordHash, isGranted: waitSeconds === 0 }
  const rows = await batch(db, {
    // Another link of such a one can be had as long as nobody signs up anew.
    expired: db.delete(signUps).where(sql`email_key = ${key} AND expires_at <= ${now().getTime()}`),
    signUp: insertSignUp(deps, input, own),
    owner: db
      .select({ id: users.id, email: users.email, locale: users.locale })
      .from(users)
      .where(and(who, ne(users.status, 'pending'))),
    waits: recordEvent(deps, { event: 'user_sign_up' }, isMine),
    duplicate: recordEvent(
      deps,
      { event: 'user_create_duplicate', userId: sql`(SELECT id FROM users WHERE ${who})` },
      sql`NOT ${isMine}`,
    ),
  })
  const [signUp] = rows.signUp
  const [owner] = rows.owner
  if (signUp) {
    await mailSignUpLink(deps, signUp, token).catch(async (error: unknown) => {
      // A link that nobody was mailed is none to keep at the next try.
      await db.delete(signUps).where(eq(signUps.tokenHash, tokenHash))
      throw error
    })
  } else {
    await enqueueMail(deps, {
      template: 'account_exists',
      to: owner?.email ?? null,
      userId: owner?.id ?? null,
      ...(owner && { locale: owner.locale }),
      data: { time: now(), ip: deps.caller.ip, country: deps.caller.country },
    })
  }
}

/**
 * The statement that keeps a sign-up until it is confirmed: for an address that has no account, and
 * while another link may be mailed there. Where strangers have had all of those, the first one is
 * mailed even so.
 */
function insertSignUp(
  { db, now, settings, caller }: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  input: SignUp,
  own: { key: string; tokenHash: string; passwordHash: string; isGranted: boolean },
) {
  const { email, username = null, locale = 'en', role, merchant } = input
  const { key, tokenHash, passwordHash, isGranted } = own
  const at = now().getTime()
  const values = {
    tokenHash,
    email,
    emailKey: key,
    username,
    locale,
    role,
    passwordHash,
    merchant: merchant ? JSON.stringify(merchant) : null,
    ip: caller.ip,
    country: caller.country,
    createdAt: at,
    expiresAt: at + settings.EMAIL_VERIFICATION_TIMEOUT * 1000,
  }
  const isFree = sql`NOT EXISTS (
    SELECT 1 FROM users WHERE email_key = ${key} AND status <> 'pending')`
  const isFirst = sql`NOT EXISTS (SELECT 1 FROM sign_ups AS other WHERE other.email_key = ${key})`
  const when = sql`${isFree} AND (${isGranted} OR ${isFirst})`
  return insertWhere(db, signUps, values, when).returning()
}

/**
 * Mails the link that makes the account of a sign-up, with when and from where it was asked for.
 */
export const mailSignUpLink = (
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'now' | 'patience'>,
  signUp: typeof signUps.$inferSelect | undefined,
  token: string,
) =>
  enqueueMail(deps, {
    template: 'verify_email',
    to: signUp?.email ?? null,
    userId: null,
    ...(signUp && { locale: signUp.locale }),
    expiresAt: (signUp?.expiresAt ?? deps.now()).getTime(),
    data: {
      link: mailedLink(deps, 'verify-email', token),
      validHours: Math.floor(deps.settings.EMAIL_VERIFICATION_TIMEOUT / 3600),
      ip: signUp?.ip ?? 'unknown',
      country: signUp?.country ?? null,
      time: signUp?.createdAt ?? deps.now(),
    },
  })

const namesOf = (merchant: MerchantDraft | undefined) => [
  merchant?.legal_name,
  merchant?.trading_name,
  merchant?.contact_name,
  merchant?.website,
]
