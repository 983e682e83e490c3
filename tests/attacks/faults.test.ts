import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { signedIn } from '../support/acts'
import { type Account, freshAddress, nextCode, startApp } from '../support/app'
import { broken, collectingLog } from '../support/attack'
import { nextMail, tokenIn } from '../support/mailbox'
import { HURRY, impatient } from '../support/patience'

type Fault = (deps: Deps) => Deps

/** A service whose stores work until `breaks` is called. */
function breakableApp() {
  let fault: Fault = (deps) => deps
  const app = startApp((deps) => fault(deps))
  return {
    app,
    breaks: (next: Fault) => {
      fault = next
    },
    mends: () => {
      fault = (deps) => deps
    },
  }
}

const D1 = ['select', 'insert', 'update', 'delete', 'batch', 'run', 'all']
/** Stubs of Durable Objects whose every call fails or hangs. */
const brokenObjects =
  (name: 'accountGuards' | 'ipLimiters', how: 'fails' | 'hangs'): Fault =>
  (deps) => ({
    ...(how === 'hangs' ? impatient(deps) : deps),
    [name]: {
      getByName: () =>
        new Proxy(
          {},
          {
            get: () => () =>
              how === 'hangs' ? new Promise(() => {}) : Promise.reject(new Error('object reset')),
          },
        ),
    },
  })

/** D1 as the runtime reports it when it is down or does not answer. */
const brokenD1 =
  (how: 'fails' | 'hangs'): Fault =>
  (deps) => {
    const call = () =>
      how === 'hangs'
        ? new Promise(() => {})
        : Promise.reject(new Error('D1_ERROR: Network connection lost.'))
    const chain: unknown = new Proxy(() => {}, {
      get: (_target, key) => {
        if (key !== 'then') return chain
        const promise = call()
        return promise.then.bind(promise)
      },
      apply: () => chain,
    })
    return {
      ...(how === 'hangs' ? impatient(deps, HURRY) : deps),
      db: new Proxy(deps.db, {
        get: (target, key) => {
          if (!D1.includes(String(key))) return Reflect.get(target, key) as unknown
          return key === 'batch' ? call : chain
        },
      }),
    }
  }

const faults: [string, Fault][] = (['fails', 'hangs'] as const).flatMap((how) => [
  [`D1 ${how}`, brokenD1(how)],
  [`KV ${how}`, broken('kv', ['get', 'put'], how)],
  [`the guard ${how}`, brokenObjects('accountGuards', how)],
  [`the limiter ${how}`, brokenObjects('ipLimiters', how)],
  [`the queue ${how}`, broken('mailQueue', ['send'], how)],
])

/**
 * Where only reading fails: the lock of a name is unknown then, though a challenge could be kept.
 */
const unread: [string, Fault][] = (['fails', 'hangs'] as const).map((how) => [
  `reading KV ${how}`,
  broken('kv', ['get'], how),
])

const sessionsOf = async ({ email }: Account) => {
  const { results } = await env.DB.prepare(
    'SELECT id FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)',
  )
    .bind(email)
    .run()
  return results.length
}

describe('E-124: when', () => {
  test.for([...faults, ...unread])(
    '%s, the first step of a login is a 503 and no challenge',
    // Each waits for its own store.
    { concurrent: true },
    async ([, fault], { expect }) => {
      const { app, breaks, mends } = breakableApp()
      const ada = await app.hasAccount()
      const credentials = { identifier: ada.email, password: ada.password }
      breaks(fault)
      const answer = await app.post('/api/auth/login/', credentials)
      expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable'])
      expect(answer.text).not.toMatch(/challenge|D1|KV|lost|down/)
      mends()
      expect((await app.post('/api/auth/login/', credentials)).status).toBe(200)
    },
  )

  test.for(faults.filter(([name]) => !name.includes('queue')))(
    '%s, the second step is a 503 and no session',
    { concurrent: true },
    async ([, fault], { expect }) => {
      const { app, breaks, mends } = breakableApp()
      const ada = await app.hasAccount()
      const challenge = await app.startLogin(ada)
      const finish = { challenge, method: 'email', code: await nextCode(ada) }
      breaks(fault)
      const answer = await app.post('/api/auth/verify-2fa/', finish)
      expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable'])
      expect(answer.headers.getSetCookie()).toEqual([])
      mends()
      expect(await sessionsOf(ada)).toBe(0)
      await app.signIn(ada)
    },
  )

  test.for(faults.filter(([name]) => /D1|guard|limiter|queue/.test(name)))(
    '%s, a sign-up is a 503, and works when it is repeated',
    { concurrent: true },
    async ([, fault], { expect }) => {
      const { app, breaks, mends } = breakableApp()
      const ada = app.newAccount()
      breaks(fault)
      const refused = await app.post('/api/users/create/', ada, { ip: freshAddress() })
      expect([refused.status, refused.body.code]).toEqual([503, 'service_unavailable'])
      mends()
      expect((await app.post('/api/users/create/', ada, { ip: freshAddress() })).status).toBe(202)
      const { results } = await env.DB.prepare('SELECT email FROM sign_ups WHERE email = ?')
        .bind(ada.email)
        .run()
      expect(results).toHaveLength(1)
      const token = tokenIn(await nextMail(ada.email))
      expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(200)
    },
  )

  test.for(faults.filter(([name]) => name.startsWith('D1')))(
    '%s, a session is neither read nor renewed nor lost',
    async ([, fault], { expect }) => {
      const { app, breaks, mends } = breakableApp()
      const { accessToken, refreshToken } = await signedIn(app)
      breaks(fault)
      expect((await app.send('GET', '/api/users/me/', { token: accessToken })).status).toBe(503)
      const renewed = await app.post('/api/auth/refresh/', { refresh_token: refreshToken })
      expect(renewed.status).toBe(503)
      mends()
      expect((await app.send('GET', '/api/users/me/', { token: accessToken })).status).toBe(200)
    },
  )

  test('KV hands out rubbish, a login is refused and nothing is a 500', async ({ expect }) => {
    const { app, breaks } = breakableApp()
    const ada = await app.hasAccount()
    const challenge = await app.startLogin(ada)
    const code = await nextCode(ada)
    breaks((deps) => ({
      ...deps,
      kv: new Proxy(deps.kv, {
        get: () => () => Promise.resolve({ userId: 1, expiresAt: 'soon' }),
      }),
    }))
    const answer = await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code })
    expect(answer.body.code).toBe('invalid_challenge')
  })

  test('an error is our own, the answer is a 500 that says nothing', async ({ expect }) => {
    const { app, breaks } = breakableApp()
    breaks((deps) => ({
      ...deps,
      settings: new Proxy(deps.settings, {
        get: () => {
          throw new TypeError('secret detail of the inside')
        },
      }),
    }))
    const answer = await app.post('/api/auth/login/', {
      identifier: `nobody${app.id}@example.com`,
      password: 'x',
    })
    expect(answer.status).toBe(500)
    expect(answer.text).toBe(
      '{"type":"urn:phantom:problem:internal_error","title":"Something went wrong on our side","status":500,"code":"internal_error"}',
    )
  })
})

test('E-124: when D1 fails or hangs in the midst of an export, it is broken off and seen to be', async ({
  expect,
}) => {
  for (const how of ['fails', 'hangs'] as const) {
    const { app, breaks, mends } = breakableApp()
    const { account: ada, accessToken: token } = await signedIn(app)
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
     INSERT INTO audit_events (at, event, level, user_id, ip, request_id)
     SELECT 0, 'session_renewed', 'info', users.id, '192.0.2.1', 'req_test'
     FROM n, users WHERE email = ?`,
    )
      .bind(ada.email)
      .run()
    const lost = brokenD1(how)
    let pages = 0
    breaks((deps) => ({
      ...(how === 'hangs' ? impatient(deps) : deps),
      db: new Proxy(deps.db, {
        get: (target, key) => {
          if (key !== 'select') return Reflect.get(target, key) as unknown
          return (...fields: [] | [Record<string, never>]) => {
            const isLost = fields[0] && 'event' in fields[0] && (pages += 1) === 2
            return (isLost ? lost(deps).db : target).select(...(fields as [never]))
          }
        },
      }),
    }))
    const log = await collectingLog(async () => {
      const answer = app.send('GET', '/api/users/me/export/', { token })
      await expect(answer).rejects.toThrow('service_unavailable')
    })
    expect(log).toMatch(/"export_broken_off".*"code":"service_unavailable"/)
    mends()
    expect((await app.send('GET', '/api/users/me/export/', { token })).status).toBe(200)
  }
})
