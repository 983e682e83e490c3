import { env } from 'cloudflare:workers'
import { codeAt, stepAt } from '../../src/identity/factors/totp'
import type { Role } from '../../src/platform/db/schema'
import { openSession } from './accounts'
import { type Account, freshAddress, nextCode, sessionIn, type startApp } from './app'
import { userIdOf } from './rows-of'

/** What the tests of logins and sessions do again and again, in their own words. */
export type App = ReturnType<typeof startApp>

export const SAME_ORIGIN = { headers: { 'Sec-Fetch-Site': 'same-origin' } }

export const verify = (app: App, challenge: string, code: unknown, ip = app.address) =>
  app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }, { ip })

/** Codes other than the right one. */
export const wrongCodes = (right: string, count: number) =>
  Array.from({ length: count + 1 }, (_, index) => String(100_000 + index))
    .filter((code) => code !== right)
    .slice(0, count)

/** An account whose password was right and whose code has been read. */
export async function waitingLogin(app: App) {
  const account = await app.hasAccount()
  const challenge = await app.startLogin(account)
  return { account, challenge, code: await nextCode(account) }
}

/** A user with a session that a mailed code has opened, without a request or a mail. */
export async function signedIn(app: App, transport?: 'bearer' | 'cookie', role?: Role) {
  const account = await app.hasAccount({ role })
  const userId = await userIdOf(account)
  return { account, ...(await openSession(app.deps(), userId, transport && { transport })) }
}

export const me = (app: App, credentials: { token?: string; cookie?: string | undefined }) =>
  app.send('GET', '/api/users/me/', credentials)

export const refresh = (app: App, token: string) =>
  app.post('/api/auth/refresh/', { refresh_token: token }, { ip: freshAddress() })

/** Ten minutes and a second later: a fresh login is no step-up any more. */
export const STEP_UP_PASSED_SECONDS = 601

/**
 * Confirms a bearer session anew with its password and a code, the mailed one unless another is
 * given; its new tokens.
 */
export async function stepUp(
  app: App,
  account: Account,
  token: string,
  second?: { method: 'totp' | 'backup_code'; code: string },
) {
  const ip = freshAddress()
  const { password } = account
  const started = await app.post('/api/auth/step-up/', { password }, { token, ip })
  if (started.status !== 200) throw new Error(`step-up: ${started.status} ${started.text}`)
  const { challenge } = started.body
  const finish = { challenge, ...(second ?? { method: 'email', code: await nextCode(account) }) }
  const done = await app.post('/api/auth/step-up/verify/', finish, { token, ip })
  if (done.status !== 200) throw new Error(`step-up/verify: ${done.status} ${done.text}`)
  return { accessToken: done.body.access_token ?? '', refreshToken: done.body.refresh_token ?? '' }
}

/** What an app with this seed shows at a time, or some steps of 30 s from then. */
export const codeOf = (seed: unknown, at: Date, steps = 0) =>
  codeAt(String(seed), stepAt(at.getTime()) + steps)

/**
 * Adds an authenticator app over HTTP; what it needs, and the backup codes if it is the first one.
 */
export async function addTotp(app: App, token: string, name?: string) {
  const begun = await app.post('/api/users/enable-2fa/', { name }, { token })
  if (begun.status !== 200) throw new Error(`enable-2fa: ${begun.status} ${begun.text}`)
  const { id, secret: seed } = begun.body as { id: string; secret: string }
  const codeNow = (steps = 0) => codeOf(seed, app.now(), steps)
  const confirm = { id, code: codeNow() }
  const done = await app.post('/api/users/enable-2fa/confirm/', confirm, { token })
  if (done.status !== 200) throw new Error(`enable-2fa/confirm: ${done.status} ${done.text}`)
  const backupCodes = (done.body['backup_codes'] ?? []) as string[]
  return { id, seed, codeNow, backupCodes }
}

/**
 * A step-up by the app's code, and the session's next access token; moves the clock on by one time
 * step.
 */
export async function stepUpByApp(
  app: App,
  { account, codeNow }: Pick<TotpUser, 'account' | 'codeNow'>,
  token: string,
): Promise<string> {
  const renewed = await stepUp(app, account, token, { method: 'totp', code: codeNow() })
  app.advance(30)
  return renewed.accessToken
}

/**
 * An account with an authenticator app, and the session that set it up, whose step-up is used up.
 * The clock has moved on by one time step, so that `codeNow()` has not been used.
 */
export async function withTotp(app: App, role?: Role) {
  const { account, userId, accessToken, sessionId } = await signedIn(app, 'bearer', role)
  const totp = await addTotp(app, accessToken)
  app.advance(30)
  return { account, userId, accessToken, sessionId, ...totp }
}

/**
 * The same with an app and backup codes that are no longer young: a reset by mail asks for them.
 */
export async function withOldTotp(app: App, role?: Role) {
  const user = await withTotp(app, role)
  await ageFactors(user.userId)
  return user
}

/** Makes the apps and backup codes that a user has now so old that they are not young. */
export const ageFactors = (userId: string) =>
  env.DB.batch([
    env.DB.prepare('UPDATE totp_authenticators SET confirmed_at = 1 WHERE user_id = ?').bind(
      userId,
    ),
    env.DB.prepare('UPDATE backup_codes SET created_at = 1 WHERE user_id = ?').bind(userId),
  ])

type TotpUser = Awaited<ReturnType<typeof withTotp>>

/**
 * Both steps with the code of the app, or another one (a backup code); moves the clock on by one
 * time step.
 */
export async function signInWithTotp(
  app: App,
  { account, codeNow }: Pick<TotpUser, 'account' | 'codeNow'>,
  { transport = 'bearer', method = 'totp', code = codeNow() } = {},
) {
  const challenge = await app.startLogin(account, { transport }, SAME_ORIGIN)
  const opened = await app.post('/api/auth/verify-2fa/', { challenge, method, code })
  if (opened.status !== 200) throw new Error(`verify-2fa: ${opened.status} ${opened.text}`)
  if (method === 'totp') app.advance(30)
  return sessionIn(opened)
}
