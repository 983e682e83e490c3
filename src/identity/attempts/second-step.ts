import * as z from 'zod'
import type { Deps } from '../../platform/deps'
import { backupCodeHash, isBackupCode, isUnusedBackupCode } from '../factors/backup-codes'
import { findTotp } from '../factors/find-totp'
import { type Method, methods } from '../factors/methods'
import { isCode } from './challenge'
import { type CodeStep, passCode, type Proof } from './pass-code'

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

type SecondStep = CodeStep &
  Readonly<{
    code: string
    /** Keyed hash of the mailed code, if one was. */
    codeHash: string | null
    /** Only factors that were added by then count. */
    factorsBy?: Date
  }>

/**
 * Checks the code of a second step and uses it up: the one path for every act, so that all of them
 * share one count. Throws when it is wrong, used, or no more may be tried.
 *
 * A backup code is used up by the caller's batch (`claimBackupCode`), so that it is not lost when
 * that fails; its hash is returned.
 */
export async function passSecondStep(
  deps: Deps,
  step: SecondStep,
): Promise<{ backupCodeHash: string | undefined; isKnownDevice: boolean }> {
  const { backupCodeHash, isKnownDevice } = await passCode(deps, step, (codeHash) =>
    proofOf(deps, { ...step, codeHash: codeHash ?? step.codeHash }),
  )
  return { backupCodeHash, isKnownDevice }
}

/** What a right code stands for; `undefined` for a wrong one. */
async function proofOf(deps: Deps, step: SecondStep): Promise<Proof | undefined> {
  const { userId, method, code, codeHash, ref, factorsBy } = step
  switch (method) {
    case 'email':
      return codeHash !== null && isCode(deps, ref.id, code, codeHash) ? {} : undefined
    case 'totp': {
      const totp = await findTotp(deps, userId, code, factorsBy)
      return totp && { totp }
    }
    case 'backup_code': {
      const hash = backupCodeHash(code)
      const isGood = await isUnusedBackupCode(deps, userId, hash, factorsBy)
      return isGood ? { backupCodeHash: hash } : undefined
    }
  }
}
