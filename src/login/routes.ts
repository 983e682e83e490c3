import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../context'
import { anyone } from '../guards'
import { cookieNamed, DEVICE_COOKIE, deviceCookie } from '../http/cookies'
import { requireSameOrigin } from '../http/csrf'
import { describe } from '../http/facets'
import { rateLimit } from '../http/rate-limit'
import { body } from '../http/validate'
import { presentedPassword } from '../passwords/policy'
import { secondStep } from '../two-factor/second-step'
import { loginIdentifier } from '../users/email-key'
import { answerSession, challengeAnswer, challengeOf, openedAnswer } from './answers'
import { challengeToken } from './challenge'
import { finishLogin } from './finish-login'
import { resendCode } from './resend-code'
import { startLogin } from './start-login'

const loginBody = z.strictObject({
  identifier: loginIdentifier.describe('E-mail address or username'),
  password: presentedPassword,
  transport: z
    .enum(['bearer', 'cookie'])
    .default('bearer')
    .describe('How the session will travel: tokens in the answer, or a cookie'),
})

export const loginRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/login',
    anyone,
    rateLimit('login'),
    body(loginBody),
    describe({
      tag: 'Login',
      summary: 'First step: name and password',
      description:
        'Answers with a challenge, never with a session. Without an authenticator app a code goes out by mail. Unknown, wrong, locked, disabled and unverified look alike until the password was right.',
      answers: {
        200: { description: 'The password was right', schema: challengeAnswer },
      },
      problems: [
        'invalid_credentials',
        'email_unverified',
        'account_disabled',
        'account_frozen',
        'account_closing',
        'too_many_attempts',
        'cross_site_request',
        // A device cookie that is sent twice.
        'invalid_access_token',
      ],
    }),
    async (c) => {
      const { identifier, password, transport } = c.req.valid('json')
      if (transport === 'cookie') requireSameOrigin(c)
      const started = await startLogin(c.var.deps, {
        identifier,
        password,
        transport,
        deviceCookie: cookieNamed(c.req.header('Cookie'), DEVICE_COOKIE),
        strangersWaitSeconds: c.var.strangersWaitSeconds,
      })
      return c.json(challengeOf(started))
    },
  )

  .post(
    '/verify-2fa',
    anyone,
    rateLimit('codes'),
    body(secondStep({ challenge: challengeToken })),
    describe({
      tag: 'Login',
      summary: 'Second step: the code',
      description:
        'Opens the session in the transport that the first step asked for: tokens in the body, or a cookie and nothing else.',
      answers: {
        200: { description: 'The session is open', schema: openedAnswer },
      },
      problems: [
        'invalid_challenge',
        'invalid_code',
        'too_many_attempts',
        'authenticator_stopped',
        'invalid_access_token',
      ],
    }),
    async (c) => {
      const { session, deviceCookie: device } = await finishLogin(c.var.deps, {
        ...c.req.valid('json'),
        deviceCookie: cookieNamed(c.req.header('Cookie'), DEVICE_COOKIE),
      })
      c.header('Set-Cookie', deviceCookie(device), { append: true })
      return answerSession(c, session)
    },
  )

  .post(
    '/resend-otp',
    anyone,
    rateLimit('mail'),
    body(z.strictObject({ challenge: challengeToken })),
    describe({
      tag: 'Login',
      summary: 'Send another code',
      description:
        'The code before is dead; the failures so far stay. Once a minute, five times an hour.',
      answers: {
        202: {
          description: 'Another code is on its way',
          schema: z.object({ status: z.literal('code_sent') }),
        },
      },
      problems: ['invalid_challenge', 'too_many_attempts'],
    }),
    async (c) => {
      await resendCode(c.var.deps, c.req.valid('json').challenge)
      return c.json({ status: 'code_sent' as const }, 202)
    },
  )
