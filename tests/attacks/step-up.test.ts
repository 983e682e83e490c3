import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createApp } from '../../src/app'
import { openApiDocument } from '../../src/http/openapi'
import { settings } from '../../src/platform/settings'
import { openSession } from '../support/accounts'
import {
  type App,
  refresh,
  SAME_ORIGIN,
  signedIn,
  STEP_UP_PASSED_SECONDS,
  stepUp,
  stepUpByApp,
  withTotp,
  wrongCodes,
} from '../support/acts'
import { type Answer, freshAddress, nextCode, startApp } from '../support/app'
import { countingHashes, failLogin, visible } from '../support/attack'
import { many } from '../support/many'
import { withoutLimits } from '../support/test-deps'

type Credentials = { token?: string; cookie?: string | undefined; headers?: Record<string, string> }

const start = (app: App, password: string, credentials: Credentials) =>
  app.post('/api/auth/step-up/', { password }, { ...credentials, ip: freshAddress() })
const verify = (app: App, json: unknown, credentials: Credentials) =>
  app.post('/api/auth/step-up/verify/', json, { ...credentials, ip: freshAddress() })
const getCodes = (app: App, token: string) =>
  app.send('GET', '/api/users/backup-codes/', { token, ip: freshAddress() })
const outcome = ({ status, body }: Answer) => [status, body.code]

const ENDED = [401, 'invalid_challenge']
const TOO_MANY = [429, 'too_many_attempts']

/** Every route of a customer that asks for a step-up, as the document of the API has them. */
const sensitive = Object.entries(openApiDocument(createApp().routes, settings(env)).paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods)
      .filter(
        ([, { responses, 'x-roles': roles }]) =>
          roles?.includes('customer') &&
          JSON.stringify(responses).includes('insufficient_user_authentication'),
      )
      // The one parameter among them is the id of a device.
      .map(([method]) => ({
        method: method.toUpperCase(),
        path: path.replace(/\{\w+\}/g, 'dev_x'),
      })),
)

async function askAll(
  app: App,
  credentials: Credentials,
  names: readonly (typeof sensitive)[number][],
) {
  const answers: Answer[] = []
  for (const { method, path } of names) {
    const json = method === 'GET' ? {} : { json: {} }
    answers.push(await app.send(method, path, { ...credentials, ...json, ip: freshAddress() }))
  }
  return answers
}

describe('acts that ask for both steps anew', () => {
  test('E-079: ten minutes after the login none is done, with the header of RFC 9470, a refreshed token or not', async ({
    expect,
  }) => {
    expect(sensitive.length).toBeGreaterThan(4)
    const app = startApp()
    const { userId, refreshToken } = await signedIn(app)
    const cookie = await openSession(app.deps(), userId, { transport: 'cookie' })
    app.advance(STEP_UP_PASSED_SECONDS)
    const refreshed = await refresh(app, refreshToken)
    const byToken = await askAll(app, { token: refreshed.body.access_token ?? '' }, sensitive)
    const changing = sensitive.filter(({ method }) => method !== 'GET')
    const byCookie = await askAll(app, { cookie: cookie.sessionCookie, ...SAME_ORIGIN }, changing)
    const answers = [...byToken, ...byCookie]
    for (const answer of answers) {
      expect(outcome(answer)).toEqual([401, 'insufficient_user_authentication'])
      expect(answer.headers.get('WWW-Authenticate')).toBe(
        'Bearer realm="phantom", error="insufficient_user_authentication", max_age="600"',
      )
    }
    expect(new Set(answers.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1)
  })

  test('E-079: an access token from before a step-up and a device cookie alone do nothing', async ({
    expect,
  }) => {
    // All within one second, the finest that a token tells.
    const second = new Date(Math.floor(Date.now() / 1000) * 1000)
    const app = startApp((deps) => ({ ...deps, now: () => second }))
    const { account, accessToken, deviceCookie } = await signedIn(app)
    const renewed = await stepUp(app, account, accessToken)
    expect((await app.send('GET', '/api/users/me/', { token: renewed.accessToken })).status).toBe(
      200,
    )
    for (const answer of await askAll(app, { token: accessToken }, sensitive)) {
      expect(outcome(answer)).toEqual([401, 'invalid_access_token'])
    }
    for (const answer of await askAll(app, { cookie: deviceCookie, ...SAME_ORIGIN }, sensitive)) {
      expect(outcome(answer)).toEqual([401, 'unauthorized'])
    }
  })

  test('a login or a step-up is good for 599 seconds, not for 600', async ({ expect }) => {
    let clock = Date.now()
    const app = startApp((deps) => ({ ...deps, now: () => new Date(clock) }))
    const { account, sessionCookie } = await signedIn(app, 'cookie')
    const passed = clock
    // One act of which the guard alone decides, and one whose batch asks again; neither uses it up.
    const tryBoth = async (cookie: string | undefined, seconds: number) => {
      clock = passed + seconds * 1000
      const read = await app.send('GET', '/api/users/me/export/', { cookie })
      const begun = await app.post('/api/users/enable-2fa/', {}, { cookie, ...SAME_ORIGIN })
      return [read.status, begun.status]
    }
    const refused = [401, 401]
    const done = [200, 200]
    const after = [601, 600, 599.999, 599]
    const ofLogin: number[][] = []
    for (const seconds of after) ofLogin.push(await tryBoth(sessionCookie, seconds))
    expect(ofLogin).toEqual([refused, refused, done, done])

    clock = passed + 1_000_000
    const credentials = { cookie: sessionCookie, ...SAME_ORIGIN }
    const { challenge } = (await start(app, account.password, credentials)).body
    const finish = { challenge, method: 'email', code: await nextCode(account) }
    const renewed = await verify(app, finish, credentials)
    const cookie = renewed.headers.getSetCookie()[0]?.split(';')[0]
    const ofStepUp: number[][] = []
    for (const seconds of after) ofStepUp.push(await tryBoth(cookie, 1000 + seconds))
    expect(ofStepUp).toEqual([refused, refused, done, done])
  })

  test('one step-up is good for one act, whichever it is', async ({ expect }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const token = await stepUpByApp(app, ada, ada.accessToken)
    const acts = [
      () => getCodes(app, token),
      () => app.post('/api/users/enable-2fa/disable/', {}, { token, ip: freshAddress() }),
    ]
    const answers = await Promise.all(
      Array.from({ length: many(25) }, () => acts.map((act) => act())).flat(),
    )
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
    for (const act of acts) {
      expect(outcome(await act())).toEqual([401, 'insufficient_user_authentication'])
    }
  })
})

describe('guesses through a step-up', () => {
  test('E-019: passwords tried at a step-up and at a login in its browser share one count and one lock', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const { account, userId, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    const { accessToken: other } = await openSession(app.deps(), userId)
    await failLogin(app, account.email, 3, cookie)
    const wrong = await start(app, 'wrong', { token })
    expect(outcome(wrong)).toEqual([401, 'invalid_credentials'])
    const count = many(100)
    const { hashes, result } = await countingHashes(() =>
      Promise.all(Array.from({ length: count }, (_, n) => start(app, `wrong ${n}`, { token }))),
    )
    expect(hashes).toBe(1)
    expect(result.filter(({ status }) => status === 429)).toHaveLength(count - 1)
    const { email: identifier, password } = account
    const login = (options = {}) => app.post('/api/auth/login/', { identifier, password }, options)
    expect(outcome(await login({ cookie }))).toEqual(TOO_MANY)
    expect(outcome(await start(app, password, { token }))).toEqual(TOO_MANY)
    // A session of another browser counts for that one, and strangers for themselves.
    expect((await start(app, password, { token: other })).status).toBe(200)
    expect((await login()).status).toBe(200)
    app.advance(1801)
    expect((await login({ cookie })).status).toBe(200)
  })

  test('E-019: wrong codes of a step-up count with those at a login in its browser: ten an hour', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    for (let round = 0; round < 2; round++) {
      const { challenge } = (await start(app, account.password, { token })).body
      const right = await nextCode(account)
      for (const code of wrongCodes(right, 5))
        await verify(app, { challenge, method: 'email', code }, { token })
      const spent = await verify(app, { challenge, method: 'email', code: right }, { token })
      expect(outcome(spent)).toEqual(ENDED)
    }
    const challenge = await app.startLogin(account)
    const login = { challenge, method: 'email', code: await nextCode(account) }
    const finish = (options = {}) => app.post('/api/auth/verify-2fa/', login, options)
    expect(outcome(await finish({ cookie }))).toEqual(TOO_MANY)
    expect((await finish()).status).toBe(200)
  })
})
