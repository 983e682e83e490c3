import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../context'
import { anyone } from '../guards'
import { cookieNamed, DEVICE_COOKIE, deviceCookie, sessionCookie } from '../http/cookies'
import { requireSameOrigin } from '../http/csrf'
import { describe } from '../http/facets'
import { rateLimit } from '../http/rate-limit'
import { body } from '../http/validate'
import { presentedPassword } from '../passwords/policy'
import { tokensAnswer, tokensOf } from '../sessions/tokens-answer'
import { loginIdentifier } from '../users/email-key'
import { finishLogin } from './finish-login'
import { resendCode } from './resend-code'
import { startLogin } from './start-login'

const challenge = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a challenge of this service')
  .describe('What `login/` answered; good for five minutes')

const loginBody = z.strictObject({
  identifier: loginIdentifier.describe('E-mail address or username'),
  password: presentedPassword,
  transport: z
    .enum(['bearer', 'cookie'])
    .default('bearer')
    .describe('How the session will travel: tokens in the answer, or a cookie'),
})

const verifyBody = z.strictObject({
  challenge,
  method: z.enum(['email']),
  code: z.string().regex(/^[0-9]{6}$/, 'must be six digits'),
})

const loginAnswer = z.object({
  challenge: z.string(),
  methods: z.array(z.enum(['email'])),
  default_method: z.enum(['email']),
  expires_in: z.int().describe('Seconds'),
})

const cookieAnswer = z.object({ session_id: z.string() })

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
        'Answers with a challenge, never with a session. Unknown, wrong, locked, disabled and unverified look alike until the password was right.',
      answers: {
        200: { description: 'The password was right; a code is on its way', schema: loginAnswer },
      },
      problems: [
        'invalid_credentials',
        'email_unverified',
        'account_disabled',
        'too_many_attempts',
        'cross_site_request',
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
      })
      return c.json({
        challenge: started.challenge,
        methods: [...started.methods],
        default_method: started.defaultMethod,
        expires_in: started.expiresInSeconds,
      })
    },
  )

  .post(
    '/verify-2fa',
    anyone,
    rateLimit('codes'),
    body(verifyBody),
    describe({
      tag: 'Login',
      summary: 'Second step: the code',
      description:
        'Opens the session in the transport that the first step asked for: tokens in the body, or a cookie and nothing else.',
      answers: {
        200: { description: 'The session is open', schema: z.union([tokensAnswer, cookieAnswer]) },
      },
      problems: ['invalid_challenge', 'invalid_code', 'too_many_attempts'],
    }),
    async (c) => {
      const { session, deviceCookie: device } = await finishLogin(c.var.deps, {
        ...c.req.valid('json'),
        deviceCookie: cookieNamed(c.req.header('Cookie'), DEVICE_COOKIE),
      })
      c.header('Set-Cookie', deviceCookie(device), { append: true })
      if (session.transport === 'bearer') return c.json(tokensOf(session))
      c.header('Set-Cookie', sessionCookie(session.cookie), { append: true })
      return c.json({ session_id: session.sessionId })
    },
  )

  .post(
    '/resend-otp',
    anyone,
    rateLimit('mail'),
    body(z.strictObject({ challenge })),
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
