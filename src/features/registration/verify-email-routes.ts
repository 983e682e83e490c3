import { Hono } from 'hono'
import * as z from 'zod'
import { linkToken } from '../../identity/accounts/mailed-link'
import { deviceTokensOf } from '../../identity/attempts/device-token'
import { resendVerification } from '../../identity/mailbox/resend-verification'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { deviceCookie } from '../../platform/http/cookies'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { emailAddress } from '../../platform/text/email-key'
import { registrationDocs } from './docs'
import { verifyEmail } from './verify-email'

const sent = z.object({ status: z.literal('verification_sent') })
const SENT = { status: 'verification_sent' } as const

export const verifyEmailRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/auth/verify-email',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Accounts',
      summary: 'Confirm an e-mail address',
      description: registrationDocs.verifyEmail,
      answers: {
        200: {
          description: 'The address is confirmed',
          schema: z.object({
            status: z.literal('verified'),
            username_taken: z
              .boolean()
              .describe('Somebody else has the username by now; the account has none'),
          }),
        },
      },
      problems: ['invalid_token', 'invalid_access_token'],
    }),
    async (c) => {
      const { deviceToken, isUsernameTaken } = await verifyEmail(
        c.var.deps,
        c.req.valid('json').token,
        deviceTokensOf(c),
      )
      c.header('Set-Cookie', deviceCookie(deviceToken), { append: true })
      return c.json({ status: 'verified' as const, username_taken: isUsernameTaken })
    },
  )

  .post(
    '/api/auth/verify-email/resend',
    anyone,
    rateLimit('mail'),
    body(z.strictObject({ email: emailAddress })),
    describe({
      tag: 'Accounts',
      summary: 'Send the verification link again',
      description: registrationDocs.resend,
      answers: {
        202: {
          description: 'If there is anything to tell the address, a mail is on its way',
          schema: sent,
        },
      },
    }),
    async (c) => {
      const asker = { deviceTokens: deviceTokensOf(c) }
      await resendVerification(c.var.deps, c.req.valid('json').email, asker)
      return c.json(SENT, 202)
    },
  )
