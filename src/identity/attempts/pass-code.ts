import type { BatchItem } from 'drizzle-orm/batch'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { batch } from '../../platform/db/batch'
import type { Deps } from '../../platform/deps'
import { problem, tooMany } from '../../platform/problems'
import { notifyOwner } from '../accounts/notify-owner'
import type { Method } from '../factors/methods'
import { limiterOf } from './limiter-of'
import type { ChallengeRef } from './limiter/code-attempts'
import type { CodeFailed, CodeVerdict } from './limiter/reservations'

export type CodeStep = Readonly<{
  userId: string
  /** What the codes are counted for. */
  ref: ChallengeRef
  method: Method
  /** Of a browser that has completed a login of this user. */
  device: string | null
  /** The session that gives the code, or that it is to open. */
  sessionId?: string
  /**
   * Where another store decides that it is used once: a mailed link, an app that is being set up.
   */
  keepsChallenge?: boolean
  /** The codes are for a link that resets the password. */
  isByLink?: boolean
  /**
   * The statement that ends what the codes are counted for, in the batch that records the last
   * wrong one.
   */
  whenEnded?: BatchItem<'sqlite'>
  /** The first code of an app that is being set up: a wrong one guesses at no factor. */
  isNewFactor?: boolean
}>

/** What a right code stands for. */
export type Proof = Readonly<{
  totp?: { id: string; step: number } | undefined
  backupCodeHash?: string | undefined
}>

/**
 * Takes one of the places that the guard has for codes, asks `prove` what the code stands for, and
 * uses that up. `prove` gets the keyed hash of the code that was mailed last, when KV cannot know
 * it yet, and finds nothing (`undefined`) for a wrong code.
 */
export async function passCode(
  deps: Deps,
  step: CodeStep,
  prove: (codeHash: string | null) => Promise<Proof | undefined>,
): Promise<Proof & { isKnownDevice: boolean }> {
  const { userId, ref, method, device, isByLink = false, isNewFactor = false } = step
  using reservation = await callStore(deps, 'guard', () =>
    limiterOf(deps, { userId }).reserveCode({
      challenge: ref,
      method,
      device,
      isByLink,
      isNoGuess: isNewFactor,
      now: deps.now().getTime(),
    }),
  )
  const { attempt, retryAfterSeconds, isKnownDevice, isStopped, codeHash } = reservation
  if (!attempt) {
    if (isStopped) throw problem('authenticator_stopped')
    if (retryAfterSeconds === null) throw problem('invalid_challenge', { reason: 'used up' })
    throw tooMany('too_many_attempts', retryAfterSeconds)
  }
  const proof = await prove(codeHash)
  if (!proof) {
    const failed = await callStore(deps, 'guard', () => attempt.fail())
    await recordWrongCode(deps, step, { ...failed, isKnownDevice }, 'wrong')
    throw problem('invalid_code')
  }
  const { keepsChallenge, sessionId } = step
  const { verdict, failed } = await callStore(deps, 'guard', () =>
    attempt.succeed({ keepsChallenge, sessionId, totp: proof.totp }),
  )
  if (verdict === 'spent') {
    throw problem('invalid_challenge', { reason: 'used by a parallel request' })
  }
  if (failed) {
    await recordWrongCode(deps, step, { ...failed, isKnownDevice }, verdict)
    throw problem(verdict === 'used' ? 'code_used' : 'invalid_code', { reason: 'step used before' })
  }
  return { ...proof, isKnownDevice }
}

/** One mistyped code is nothing to tell of, and so many are (decision 019). */
const ALARM_EVERY = 3

/**
 * Records a wrong code, or one of a time step that was used, and tells the owner of each third one
 * in a row: whoever gave them knew the password. Counted over all challenges, so that a guesser who
 * gives two to each is told of as well. What guesses at no factor, a code that its own session
 * gives again or one of an app that is being set up, is counted, but in no row.
 */
async function recordWrongCode(
  deps: Deps,
  { userId, method, whenEnded }: CodeStep,
  { inARow, isEnded, stopsNow, isKnownDevice }: CodeFailed & { isKnownDevice: boolean },
  how: 'wrong' | CodeVerdict['verdict'],
): Promise<void> {
  await batch(deps.db, {
    event: recordEvent(deps, {
      event: isEnded ? 'authn_code_fail_max' : 'authn_code_fail',
      userId,
      data: { method, ...(how !== 'wrong' && { replayed: true }) },
    }),
    ended: isEnded ? whenEnded : undefined,
    stopped: stopsNow
      ? recordEvent(deps, { event: 'authn_stopped', userId, data: { method } })
      : undefined,
  })
  const { ip, country, userAgent: device } = deps.caller
  const where = { ip, country, time: deps.now() }
  if (stopsNow) {
    const data = { method, ...where }
    await notifyOwner(deps, userId, { template: 'authenticator_stopped', data, isKnownDevice })
  } else if (inARow > 0 && inARow % ALARM_EVERY === 0) {
    const data = { method, device, ...where }
    await notifyOwner(deps, userId, { template: 'wrong_code', data, isKnownDevice })
  }
}
