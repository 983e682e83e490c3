import { type Account, freshAddress, nextCode, type startApp } from './app'

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

export async function signedIn(app: App, transport: 'bearer' | 'cookie' = 'bearer') {
  const account = await app.hasAccount()
  return { account, ...(await app.signIn(account, { transport }, SAME_ORIGIN)) }
}

export const me = (app: App, credentials: { token?: string; cookie?: string | undefined }) =>
  app.send('GET', '/api/users/me/', credentials)

export const refresh = (app: App, token: string) =>
  app.post('/api/auth/refresh/', { refresh_token: token }, { ip: freshAddress() })

/** Ten minutes and a second later: a fresh login is no step-up any more. */
export const STEP_UP_PASSED_SECONDS = 601

/** Confirms a bearer session anew with its password and the code that is mailed; its new tokens. */
export async function stepUp(app: App, account: Account, token: string) {
  const { password } = account
  const started = await app.post('/api/auth/step-up/', { password }, { token })
  if (started.status !== 200) throw new Error(`step-up: ${started.status} ${started.text}`)
  const finish = {
    challenge: started.body.challenge,
    method: 'email',
    code: await nextCode(account),
  }
  const done = await app.post('/api/auth/step-up/verify/', finish, { token })
  if (done.status !== 200) throw new Error(`step-up/verify: ${done.status} ${done.text}`)
  return { accessToken: done.body.access_token ?? '', refreshToken: done.body.refresh_token ?? '' }
}
