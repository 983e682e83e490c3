import {
  type LoginChallenge,
  newChallengeToken,
  newCode,
  putChallenge,
} from '../../identity/attempts/challenge'
import { methodsOf } from '../../identity/factors/factors-of-user'
import type { Method } from '../../identity/factors/methods'
import type { Deps } from '../../platform/deps'
import type { MailState } from '../../platform/email/budget/mail-state'
import { sendCode } from './send-code'

export const CODE_DELIVERIES = ['normal', 'delayed'] as const
type CodeDelivery = (typeof CODE_DELIVERIES)[number]

export type ChallengeOpened = Readonly<{
  challenge: string
  methods: readonly Method[]
  defaultMethod: Method
  expiresInSeconds: number
  /** Of a code that was mailed. */
  codeDelivery: CodeDelivery | undefined
}>

/** Why a right password opens no challenge, in the audit event. */
export const TOO_MANY_CODES = 'too many mailed codes'

/** Whether the challenge of a user will begin with a mail. */
export const isCodeMailed = (user: { hasTotp: boolean; hasBackupCode: boolean }): boolean =>
  methodsOf(user)[0] === 'email'

/**
 * Opens a challenge after a right password, and sends the code if it is one that is mailed. Once an
 * authenticator app is set up, a mailed code is no second step any more.
 */
export async function openChallenge(
  deps: Deps,
  user: Parameters<typeof sendCode>[1] & {
    hasTotp: boolean
    hasBackupCode: boolean
    mailState: MailState | null
  },
  binding: Pick<
    LoginChallenge,
    'securityEpoch' | 'sessionEpoch' | 'role' | 'transport' | 'stepUpOf' | 'isKnownDevice'
  >,
): Promise<ChallengeOpened> {
  const { token, id } = newChallengeToken()
  const expiresInSeconds = deps.settings.OTP_VALIDITY_PERIOD
  const sentAt = deps.now().getTime()
  const expiresAt = sentAt + expiresInSeconds * 1000
  const methods = methodsOf(user)
  const [defaultMethod = 'email'] = methods
  const mailed = defaultMethod === 'email' ? newCode(deps, id) : undefined
  await Promise.all([
    putChallenge(deps, id, {
      userId: user.id,
      ...binding,
      methods,
      codeHash: mailed?.codeHash ?? null,
      sentAt,
      expiresAt,
    }),
    mailed &&
      sendCode(deps, user, {
        code: mailed.code,
        expiresAt,
        act: binding.stepUpOf ? 'step_up' : 'sign_in',
        isKnownDevice: binding.isKnownDevice,
      }),
  ])
  const codeDelivery = mailed && deliveryOf(user.mailState, binding.isKnownDevice)
  return { challenge: token, methods, defaultMethod, expiresInSeconds, codeDelivery }
}

/** Codes go out first to browsers that the account knows (platform/email/budget/budget.ts). */
const deliveryOf = (state: MailState | null, isKnownDevice: boolean): CodeDelivery =>
  state === 'paused' || state === 'out' || (state === 'low' && !isKnownDevice)
    ? 'delayed'
    : 'normal'
