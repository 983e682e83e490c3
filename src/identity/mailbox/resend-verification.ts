import { sql } from 'drizzle-orm'
import type { Deps } from '../../platform/deps'
import { log } from '../../platform/log'
import { problemCode } from '../../platform/problems'
import { type Asker, askForMail } from './ask-for-mail'

/**
 * Sends the link of a sign-up with this address again; where there is an account or an invitation,
 * what leads into that (mailbox-mail.ts). Past the limit of mails, sign-ups included, nothing is
 * written.
 */
export const resendVerification = (
  deps: Deps,
  email: string,
  asker: Asker = {},
): Promise<boolean> =>
  askForMail(deps, { email, act: 'resend', ...asker }, ({ isGranted, isSent }) => ({
    event: { event: 'user_verification_requested', data: { sent: isSent } },
    when: sql`${isGranted}`,
  }))

/**
 * Sends the link again after a login that was refused: a sign-up that waits is like an unknown
 * name, even to whoever has its password, and only its mailbox is told how to go on. Begins once
 * the answer is on its way, which it would delay.
 */
export const remindOfSignUp = (deps: Deps, email: string): void =>
  deps.waitUntil(
    new Promise((resolve) => setTimeout(resolve, 0))
      .then(() => resendVerification(deps, email, { isUnseen: true }))
      .catch((error: unknown) =>
        log('warn', 'sign_up_not_reminded', {
          request_id: deps.caller.requestId,
          code: problemCode(error),
        }),
      ),
  )
