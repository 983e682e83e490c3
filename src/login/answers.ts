import type { Context } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../context'
import { sessionCookie } from '../http/cookies'
import type { AccessToken } from '../sessions/access-token'
import { tokensAnswer, tokensOf } from '../sessions/tokens-answer'
import { methods } from '../two-factor/methods'
import type { ChallengeOpened } from './open-challenge'

/** At so many backup codes left every login says so. */
const FEW_BACKUP_CODES = 2

export const challengeAnswer = z.object({
  challenge: z.string(),
  methods: z.array(z.enum(methods)).describe('What may finish it'),
  default_method: z.enum(methods),
  expires_in: z.int().describe('Seconds'),
})

export const challengeOf = (opened: ChallengeOpened) => ({
  challenge: opened.challenge,
  methods: [...opened.methods],
  default_method: opened.defaultMethod,
  expires_in: opened.expiresInSeconds,
})

const left = {
  backup_codes_left: z
    .int()
    .optional()
    .describe('After a backup code, and whenever an account with an app has two or fewer'),
}

/** A session that was opened or renewed: tokens in the body, or a cookie and nothing else. */
export const openedAnswer = z.union([
  tokensAnswer.extend(left),
  z.object({ session_id: z.string(), ...left }),
])

type OpenedAnswer = z.output<typeof openedAnswer>

type Opened = { sessionId: string; backupCodesLeft: number; secondFactor: string } & (
  | { transport: 'bearer'; access: AccessToken; refreshToken: string }
  | { transport: 'cookie'; cookie: string }
)

export function answerSession(c: Context<AppEnv>, session: Opened) {
  const { secondFactor, backupCodesLeft } = session
  const isFew = secondFactor === 'totp' && backupCodesLeft <= FEW_BACKUP_CODES
  const codes =
    isFew || secondFactor === 'backup' ? { backup_codes_left: backupCodesLeft } : undefined
  // Both forms by name: of two inferred ones, the compiler would keep the lesser for clients.
  if (session.transport === 'bearer') {
    return c.json<OpenedAnswer>({ ...tokensOf(session), ...codes })
  }
  c.header('Set-Cookie', sessionCookie(session.cookie), { append: true })
  return c.json<OpenedAnswer>({ session_id: session.sessionId, ...codes })
}
