import * as z from 'zod'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import type { ChallengeRef, CodeUse } from '../durable/code-attempts'
import { guardOf } from '../durable/guard-of'
import type { CodeFailed } from '../durable/reservations'
import { deviceHashOf } from '../login/device-cookie'
import { isCode } from '../login/challenge'
import { problem, tooMany } from '../problems'
import { reach } from '../reach'
import { notifyOwner } from '../users/notify-owner'
import { backupCodeHash, isBackupCode, isUnusedBackupCode } from './backup-codes'
import { findTotp } from './find-totp'
import { type Method, methods } from './methods'

const SIX_DIGITS = /^[0-9]{6}$/

const hasForm = (step: { method: Method; code: string }) =>
  step.method === 'backup_code' ? isBackupCode(step.code) : SIX_DIGITS.test(step.code)

const FORM = {
  path: ['code'],
  message: 'must be six digits, or for a backup code its 24 letters and digits',
}

/** The fields of a second step in a body, beside `extra`. */
export const secondStep = <Extra extends z.ZodRawShape>(extra: Extra) =>
  z
    .strictObject({ ...extra, method: z.enum(methods), code: z.string().max(60) })
    .refine((step) => hasForm(step as { method: Method; code: string }), FORM)

/** The same where a mailed code proves nothing more: the link was mailed already. */
export const strongSecondStep = () =>
  z
    .strictObject({ method: z.enum(['totp', 'backup_code']), code: z.string().max(60) })
    .refine(hasForm, FORM)

type SecondStep = Readonly<{
  userId: string
  /** What the codes are counted for. */
  ref: ChallengeRef
  method: Method
  code: string
  /** Keyed hash of the mailed code, if one was. */
  codeHash: string | null
  /** Of a browser that has completed a login of this user. */
  nonce: string | undefined
  /** What a right code does besides. */
  use: Pick<CodeUse, 'device' | 'keepsChallenge'>
}>

/**
 * Checks the code of a second step and uses it up: the one path for every act, so that all of them
 * share one count. Throws when it is wrong, used, or no more may be tried.
 *
 * A backup code is used up by the caller's batch (`claimBackupCode`), so that it is not lost when that
 * fails; its hash is returned.
 */
export async function passSecondStep(
  deps: Deps,
  step: SecondStep,
): Promise<{ backupCodeHash: string | undefined }> {
  const { userId, ref, method, nonce } = step
  using reservation = await reach('guard', () =>
    guardOf(deps, { userId }).reserveCode({
      challenge: ref,
      method,
      device: nonce === undefined ? null : deviceHashOf(nonce),
      now: deps.now().getTime(),
    }),
  )
  const { attempt, retryAfterSeconds, isKnownDevice, isStopped, codeHash } = reservation
  if (!attempt) {
    if (isStopped) throw problem('authenticator_stopped')
    if (retryAfterSeconds === null) throw problem('invalid_challenge', { reason: 'used up' })
    throw tooMany('too_many_attempts', retryAfterSeconds)
  }
  const proof = await proofOf(deps, { ...step, codeHash: codeHash ?? step.codeHash })
  if (!proof) {
    const failed = await reach('guard', () => attempt.fail())
    await recordWrongCode(deps, step, { ...failed, isKnownDevice })
    throw problem('invalid_code')
  }
  const use = { ...step.use, totp: proof.totp }
  const verdict = await reach('guard', () => attempt.succeed(use))
  if (verdict === 'spent') {
    throw problem('invalid_challenge', { reason: 'used by a parallel request' })
  }
  if (verdict === 'replayed') {
    await recordEvent(deps, { event: 'authn_code_fail', userId, data: { method, replayed: true } })
    throw problem('invalid_code', { reason: 'time step used before' })
  }
  return { backupCodeHash: proof.backupCodeHash }
}

type Proof = { totp?: { id: string; step: number }; backupCodeHash?: string }

/** What a right code stands for; `undefined` for a wrong one. */
async function proofOf(deps: Deps, step: SecondStep): Promise<Proof | undefined> {
  const { userId, method, code, codeHash, ref } = step
  switch (method) {
    case 'email':
      return codeHash !== null && isCode(deps, ref.id, code, codeHash) ? {} : undefined
    case 'totp': {
      const totp = await findTotp(deps, userId, code)
      return totp && { totp }
    }
    case 'backup_code': {
      const hash = backupCodeHash(code)
      return (await isUnusedBackupCode(deps, userId, hash)) ? { backupCodeHash: hash } : undefined
    }
  }
}

/**
 * Records a wrong code, and tells the owner, since whoever gave it knew the password: of the first one
 * from a browser that is new, of the last one from a known one, whose owner has likely mistyped.
 */
async function recordWrongCode(
  deps: Deps,
  { userId, method }: SecondStep,
  failed: CodeFailed & { isKnownDevice: boolean },
): Promise<void> {
  const { failures, isEnded, stopsNow, isKnownDevice } = failed
  await deps.db.batch([
    recordEvent(deps, {
      event: isEnded ? 'authn_code_fail_max' : 'authn_code_fail',
      userId,
      data: { method },
    }),
    ...(stopsNow ? [recordEvent(deps, { event: 'authn_stopped', userId, data: { method } })] : []),
  ])
  const { ip, country, userAgent: device } = deps.caller
  const where = { ip, country, time: deps.now() }
  if (stopsNow) {
    await notifyOwner(deps, userId, {
      template: 'authenticator_stopped',
      data: { method, ...where },
    })
  } else if (isKnownDevice ? isEnded : failures === 1) {
    await notifyOwner(deps, userId, { template: 'wrong_code', data: { method, device, ...where } })
  }
}
