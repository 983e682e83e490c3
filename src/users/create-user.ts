import { eq, sql } from 'drizzle-orm'
import { type Asker, mayMail, sendMail } from '../identity/mailbox/ask-for-mail'
import { findMailbox, type Mailbox } from '../identity/mailbox/mailbox'
import { issueMailboxLink } from '../identity/mailbox/mailbox-link'
import { mailOf } from '../identity/mailbox/mailbox-mail'
import { signUpMail } from '../identity/mailbox/sign-up-mail'
import type { MerchantDraft } from '../merchants/draft'
import { requireGoodPassword } from '../passwords/policy'
import { recordEvent } from '../platform/audit/record'
import { hashPassword } from '../platform/crypto/password-hash'
import { randomToken, sha256 } from '../platform/crypto/token'
import { batch } from '../platform/db/batch'
import { insertWhere } from '../platform/db/insert-where'
import { signUps } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { emailKey } from '../platform/text/email-key'
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
 * there was a sign-up. Where there is an account or an invitation, its owner is mailed how to go on
 * with that. All cases do the same work: one query, one hash, one batch, one mail.
 */
export async function createUser(deps: Deps, input: SignUp, asker: Asker = {}): Promise<void> {
  await requireGoodPassword(deps, input.password, [
    input.email,
    input.username,
    ...namesOf(input.merchant),
  ])
  const { db, settings } = deps
  const key = emailKey(input.email)
  const [mailbox] = await Promise.all([findMailbox(deps, key), noteSignUp(deps, key)])
  const isGranted = await mayMail(deps, { key, mailbox, act: 'sign_up', asker })
  const passwordHash = await hashPassword(
    settings.PASSWORD_PEPPER,
    input.password,
    deps.passwordCost,
  )
  const token = randomToken()
  const tokenHash = sha256(token)
  const isMine = sql`EXISTS (SELECT 1 FROM sign_ups WHERE token_hash = ${tokenHash})`
  const isOpen = mailbox.state === 'unknown' || mailbox.state === 'unconfirmed'
  const meant: Mailbox = isOpen || !isGranted ? { state: 'unknown' } : mailbox
  const act = 'sign_up'

  const { signUp, link } = await batch(db, {
    // Another link of such a one can be had as long as nobody signs up anew.
    expired: db
      .delete(signUps)
      .where(sql`email_key = ${key} AND expires_at <= ${deps.now().getTime()}`),
    signUp: insertSignUp(deps, input, { key, tokenHash, passwordHash, isOpen, isGranted }),
    ...issueMailboxLink(deps, { key, mailbox: meant, act, token }),
    waits: recordEvent(deps, { event: 'user_sign_up' }, isMine),
    duplicate: recordEvent(
      deps,
      {
        event: 'user_create_duplicate',
        userId: sql`(SELECT id FROM users WHERE email_key = ${key})`,
      },
      sql`NOT ${isMine}`,
    ),
  })
  const [made] = signUp
  const mail = made
    ? signUpMail(deps, made, token)
    : mailOf(deps, { mailbox: meant, act, token, by: 'owner' })
  const isIssued = made !== undefined || link.length > 0
  await sendMail(deps, { key, mailbox, act, asker }, mail, isIssued).catch(
    async (error: unknown) => {
      // A link that nobody was mailed is none to keep at the next try.
      await db.delete(signUps).where(eq(signUps.tokenHash, tokenHash))
      throw error
    },
  )
}

/**
 * The statement that keeps a sign-up until it is confirmed: for an address that has no account, and
 * while another link may be mailed there. Where strangers have had all of those, the first one is
 * mailed even so.
 */
function insertSignUp(
  { db, now, settings, caller }: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  input: SignUp,
  own: {
    key: string
    tokenHash: string
    passwordHash: string
    isOpen: boolean
    isGranted: boolean
  },
) {
  const { email, username = null, locale = 'en', role, merchant } = input
  const { key, tokenHash, passwordHash, isOpen, isGranted } = own
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
  const when = sql`${isOpen} AND ${isFree} AND (${isGranted} OR ${isFirst})`
  return insertWhere(db, signUps, values, when).returning()
}

const namesOf = (merchant: MerchantDraft | undefined) => [
  merchant?.legal_name,
  merchant?.trading_name,
  merchant?.contact_name,
  merchant?.website,
]
