import { desc, eq, sql } from 'drizzle-orm'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { randomToken, sha256 } from '../crypto/token'
import { batch } from '../db/batch'
import { signUps } from '../db/schema'
import { guardOf } from '../durable/guard-of'
import type { MailCause } from '../email/cause'
import { log } from '../log'
import { problemCode } from '../problems'
import { reach } from '../reach'
import { emailKey } from './email-key'
import { mailSignUpLink } from './create-user'

/** A link that was made so lately is still on its way. */
const FRESH_MS = 60_000

/**
 * Sends the link of the latest sign-up with this address again, a new one that kills its one
 * before. Anyone may ask for any address; only one that waits for confirmation gets a mail, and
 * neither the answer tells nor the work: one query, one call of a guard, one batch with an event,
 * one message. Where the mail would be one too many for the address, sign-ups included, the link
 * before stays good and nothing is written.
 */
export async function resendVerification(
  deps: Deps,
  email: string,
  cause?: MailCause,
): Promise<void> {
  const { db, now, settings } = deps
  const name = { kind: 'email', key: emailKey(email) } as const
  const [[signUp], waitSeconds] = await Promise.all([
    selectLatest(deps, name.key),
    reach(deps, 'guard', () => guardOf(deps, { name }).ask('verify', now().getTime())),
  ])
  const isGranted = waitSeconds === 0
  const token = randomToken()
  const expiresAt = new Date(now().getTime() + settings.EMAIL_VERIFICATION_TIMEOUT * 1000)
  const isFresh = signUp && signUp.expiresAt.getTime() > expiresAt.getTime() - FRESH_MS
  const meant = isGranted && !isFresh ? signUp : undefined
  const { renewed } = await batch(db, {
    renewed: db
      .update(signUps)
      .set({ tokenHash: sha256(token), expiresAt })
      .where(eq(signUps.tokenHash, meant?.tokenHash ?? ''))
      .returning(),
    // Nobody's too: a batch that writes nothing would be answered sooner. Past the limit none has
    // any.
    event: recordEvent(
      deps,
      { event: 'user_verification_requested', data: { sent: meant !== undefined } },
      sql`${isGranted}`,
    ),
  })
  await mailSignUpLink(deps, { key: name.key, signUp: renewed[0], token, cause })
}

/** The query of the sign-up that waits for an address, of several the latest. */
export const selectLatest = ({ db }: Pick<Deps, 'db'>, key: string) =>
  db
    .select()
    .from(signUps)
    .where(eq(signUps.emailKey, key))
    .orderBy(desc(signUps.createdAt))
    .limit(1)

/**
 * Sends the link again after a login that was refused: a sign-up that waits is like an unknown
 * name, even to whoever has its password, and only its mailbox is told how to go on. Begins once
 * the answer is on its way, which it would delay.
 */
export const remindOfSignUp = (deps: Deps, email: string): void =>
  deps.waitUntil(
    new Promise((resolve) => setTimeout(resolve, 0))
      .then(() => resendVerification(deps, email, 'unseen'))
      .catch((error: unknown) =>
        log('warn', 'sign_up_not_reminded', {
          request_id: deps.caller.requestId,
          code: problemCode(error),
        }),
      ),
  )
