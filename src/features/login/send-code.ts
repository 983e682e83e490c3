import type { Deps } from '../../platform/deps'
import { causeOf, causingAccountOf } from '../../platform/email/cause'
import { enqueueMail } from '../../platform/email/enqueue'

type CodeToSend = Readonly<{
  code: string
  expiresAt: number
  act: 'sign_in' | 'step_up'
  /** Asked for in a browser that the account knows, or a session. */
  isKnownDevice: boolean
}>

/**
 * Queues the mail with a login code. It is not worth sending once the code has expired
 * (milliseconds).
 */
export const sendCode = (
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'caller' | 'now' | 'patience'>,
  user: Readonly<{ id: string; email: string; locale: string; role: string; createdAt: Date }>,
  { code, expiresAt, act, isKnownDevice }: CodeToSend,
) =>
  enqueueMail(deps, {
    template: 'login_code',
    to: user.email,
    userId: user.id,
    locale: user.locale,
    cause: causeOf(deps, causingAccountOf(deps, user, isKnownDevice)),
    expiresAt,
    data: {
      code,
      act,
      validMinutes: Math.floor(deps.settings.OTP_VALIDITY_PERIOD / 60),
      ip: deps.caller.ip,
      country: deps.caller.country,
      device: deps.caller.userAgent,
      time: deps.now(),
    },
  })
