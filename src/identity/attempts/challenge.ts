import * as z from 'zod'
import { callStore } from '../../platform/call-store'
import { hasMac, mac, randomCode, randomToken, sha256 } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import { methods } from '../factors/methods'

const recordSchema = z.object({
  userId: z.string(),
  securityEpoch: z.number().int(),
  sessionEpoch: z.number().int(),
  role: z.enum(['admin', 'merchant', 'customer']),
  transport: z.enum(['bearer', 'cookie']),
  /** What may finish it; decided when the password was right, never by the caller. */
  methods: z.array(z.enum(methods)),
  /** The session that confirms itself with it. `null`: it is a login. */
  stepUpOf: z.string().nullable(),
  /** The password came from a browser that the account knows, or in a session. */
  isKnownDevice: z.boolean().default(false),
  /** Keyed hash of the code that was mailed with it, if one was. One sent later is in the guard. */
  codeHash: z.string().nullable(),
  sentAt: z.number(),
  expiresAt: z.number(),
})

/** A first step that was right, waiting for its second. Times in milliseconds. */
export type LoginChallenge = z.infer<typeof recordSchema>

/** What stands in a body for a challenge. */
export const challengeToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a challenge of this service')
  .describe('What the first step answered; good for five minutes')

const keyOf = (id: string) => `otp:${id}`

/** A fresh challenge: the token goes to the caller, its hash names it in KV and in the guard. */
export function newChallengeToken(): { token: string; id: string } {
  const token = randomToken()
  return { token, id: sha256(token) }
}

export const challengeId = (token: string): string => sha256(token)

/** A code and what is kept of it, bound to its challenge: a code of one login fits no other. */
export function newCode(deps: Pick<Deps, 'settings'>, id: string) {
  const code = randomCode()
  return { code, codeHash: mac(deps.settings.SEALING_KEYS, 'login-code', `${id}.${code}`) }
}

export const isCode = (
  deps: Pick<Deps, 'settings'>,
  id: string,
  code: string,
  codeHash: string,
): boolean => hasMac(deps.settings.SEALING_KEYS, 'login-code', `${id}.${code}`, codeHash)

export async function putChallenge(
  deps: Pick<Deps, 'kv' | 'settings' | 'patience'>,
  id: string,
  challenge: LoginChallenge,
): Promise<void> {
  const expirationTtl = deps.settings.OTP_VALIDITY_PERIOD
  await callStore(deps, 'kv', () =>
    deps.kv.put(keyOf(id), JSON.stringify(challenge), { expirationTtl }),
  )
}

/**
 * The record of a challenge whose time has not passed. Says nothing about whether it is used up.
 */
export async function findChallenge(
  deps: Pick<Deps, 'kv' | 'now' | 'patience'>,
  id: string,
): Promise<LoginChallenge | undefined> {
  const stored = await callStore(deps, 'kv', () => deps.kv.get(keyOf(id), 'json'))
  const record = recordSchema.safeParse(stored)
  return record.success && deps.now().getTime() < record.data.expiresAt ? record.data : undefined
}
