import type { Context } from 'hono'
import * as z from 'zod'
import type { AccessToken } from '../../identity/credentials/access-token'
import { tokensAnswer, tokensOf } from '../../identity/credentials/tokens-answer'
import { methods } from '../../identity/factors/methods'
import type { AppEnv } from '../../platform/deps'
import { deviceCookie, sessionCookie } from '../../platform/http/cookies'
import { loginDocs } from './docs'
import { type ChallengeOpened, CODE_DELIVERIES } from './open-challenge'

/** At so many backup codes left every login says so. */
const FEW_BACKUP_CODES = 2

export const challengeAnswer = z.object({
  challenge: z.string(),
  methods: z.array(z.enum(methods)).describe('What may finish it'),
  default_method: z.enum(methods),
  expires_in: z.int().describe('Seconds'),
  code_delivery: z.enum(CODE_DELIVERIES).optional().describe(loginDocs.codeDelivery),
})

export const challengeOf = (opened: ChallengeOpened) => ({
  challenge: opened.challenge,
  methods: [...opened.methods],
  default_method: opened.defaultMethod,
  expires_in: opened.expiresInSeconds,
  ...(opened.codeDelivery && { code_delivery: opened.codeDelivery }),
})

const left = {
  backup_codes_left: z
    .int()
    .optional()
    .describe('After a backup code, and whenever an account with an app has two or fewer'),
}

const cookieAnswer = z.object({ session_id: z.string(), ...left })

/** A session that was renewed: tokens in the body, or a cookie and nothing else. */
export const renewedAnswer = z.union([tokensAnswer.extend(left), cookieAnswer])

/** A session that was opened, and the device token, which travels as the session does. */
export const loginAnswer = z.union([
  tokensAnswer.extend({
    ...left,
    device_token: z
      .string()
      .describe('Keep it and send it with the next login: the account knows this device by it'),
  }),
  cookieAnswer,
])

type Opened = { sessionId: string; backupCodesLeft: number; secondFactor: string } & (
  | { transport: 'bearer'; access: AccessToken; refreshToken: string }
  | { transport: 'cookie'; cookie: string }
)

// Both forms by name: of two inferred ones, the compiler would keep the lesser for clients.
export function answerRenewed(c: Context<AppEnv>, session: Opened) {
  if (session.transport === 'cookie') c.header('Set-Cookie', sessionCookie(session.cookie))
  return c.json<z.output<typeof renewedAnswer>>(bodyOf(session))
}

export function answerLogin(c: Context<AppEnv>, session: Opened, deviceToken: string) {
  if (session.transport === 'bearer') {
    return c.json<z.output<typeof loginAnswer>>({ ...bodyOf(session), device_token: deviceToken })
  }
  c.header('Set-Cookie', deviceCookie(deviceToken), { append: true })
  c.header('Set-Cookie', sessionCookie(session.cookie), { append: true })
  return c.json<z.output<typeof loginAnswer>>(bodyOf(session))
}

function bodyOf(session: Opened) {
  const { secondFactor, backupCodesLeft } = session
  const isFew = secondFactor === 'totp' && backupCodesLeft <= FEW_BACKUP_CODES
  const codes =
    isFew || secondFactor === 'backup' ? { backup_codes_left: backupCodesLeft } : undefined
  return session.transport === 'bearer'
    ? { ...tokensOf(session), ...codes }
    : { session_id: session.sessionId, ...codes }
}
