import { Hono } from 'hono'
import * as z from 'zod'
import { challengeToken } from '../../identity/attempts/challenge'
import { deviceTokenField, deviceTokensOf } from '../../identity/attempts/device-token'
import { secondStep } from '../../identity/attempts/second-step'
import { presentedPassword } from '../../identity/password-policy/policy'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { requireSameOrigin } from '../../platform/http/csrf'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { loginIdentifier } from '../../platform/text/email-key'
import { answerLogin, challengeAnswer, challengeOf, loginAnswer } from './answers'
import { loginDocs } from './docs'
import { finishLogin } from './finish-login'
import { resendCode } from './resend-code'
import { startLogin } from './start-login'
import { stepUpRoutes } from './step-up-routes'

const loginBody = z.strictObject({
  identifier: loginIdentifier.describe('E-mail address or username'),
  password: presentedPassword,
  transport: z
    .enum(['bearer', 'cookie'])
    .default('bearer')
    .describe('How the session will travel: tokens in the answer, or a cookie'),
  device_token: deviceTokenField,
})

export const loginRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/auth/login',
    anyone,
    rateLimit('login'),
    body(loginBody),
    describe({
      tag: 'Login',
      summary: 'First step: name and password',
      description: loginDocs.login,
      answers: {
        200: { description: 'The password was right', schema: challengeAnswer },
      },
      problems: [
        'invalid_credentials',
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
      const { identifier, password, transport, device_token: inBody } = c.req.valid('json')
      if (transport === 'cookie') requireSameOrigin(c)
      const started = await startLogin(c.var.deps, {
        identifier,
        password,
        transport,
        deviceTokens: deviceTokensOf(c, inBody),
        strangersWaitSeconds: c.var.strangersWaitSeconds,
      })
      return c.json(challengeOf(started))
    },
  )

  .post(
    '/api/auth/verify-2fa',
    anyone,
    rateLimit('codes'),
    body(secondStep({ challenge: challengeToken, device_token: deviceTokenField })),
    describe({
      tag: 'Login',
      summary: 'Second step: the code',
      description: loginDocs.verify,
      answers: {
        200: { description: 'The session is open', schema: loginAnswer },
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
      const { device_token: inBody, ...step } = c.req.valid('json')
      const deviceTokens = deviceTokensOf(c, inBody)
      const { session, deviceToken } = await finishLogin(c.var.deps, { ...step, deviceTokens })
      return answerLogin(c, session, deviceToken)
    },
  )

  .post(
    '/api/auth/resend-otp',
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

  .route('/', stepUpRoutes)
