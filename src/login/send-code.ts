import type { Deps } from '../context'
import { enqueueMail } from '../email/enqueue'

/** Queues the mail with a login code. It is not worth sending once the code has expired (milliseconds). */
export const sendCode = (
  deps: Pick<Deps, 'mailQueue' | 'settings' | 'caller' | 'now' | 'patience'>,
  user: { id: string; email: string; locale: string },
  code: string,
  expiresAt: number,
  act: 'sign_in' | 'step_up',
) =>
  enqueueMail(deps, {
    template: 'login_code',
    to: user.email,
    userId: user.id,
    locale: user.locale,
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
