import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { nextCode, startApp } from './support/app'
import { startMeter } from './support/meter'

/** Rows as of design: what a login may cost, as D1's own `meta` and the counted bindings tell it. */
describe('the cost', () => {
  test('of a login is four D1 round trips at most, and within its rows', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const ada = await app.hasAccount()
    read()

    const challenge = await app.startLogin(ada)
    const first = read()
    expect(first.d1RoundTrips).toBeLessThanOrEqual(2)
    expect(first.rowsWritten).toBeLessThanOrEqual(3)
    expect(first).toMatchObject({ kvReads: 1, kvWrites: 1, objectCalls: 2, queueSends: 1 })

    const code = await nextCode(ada)
    await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code })
    const second = read()
    expect(second.d1RoundTrips).toBeLessThanOrEqual(2)
    expect(second.rowsWritten).toBeLessThanOrEqual(6)
    expect(first.d1RoundTrips + second.d1RoundTrips).toBeLessThanOrEqual(4)
  })

  test('of an authenticated read is one D1 query and no row written', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const ada = await app.hasAccount()
    const { accessToken } = await app.signIn(ada)
    const { sessionCookie } = await app.signIn(
      ada,
      { transport: 'cookie' },
      { headers: { 'Sec-Fetch-Site': 'same-origin' } },
    )
    read()
    for (const credentials of [{ token: accessToken }, { cookie: sessionCookie }]) {
      expect((await app.send('GET', '/api/users/me/', credentials)).status).toBe(200)
      expect(read()).toEqual({
        d1RoundTrips: 1,
        rowsRead: 2,
        rowsWritten: 0,
        kvReads: 0,
        kvWrites: 0,
        objectCalls: 0,
        queueSends: 0,
      })
    }
  })

  test('of a wrong password is two D1 round trips, whether the name exists or not', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const ada = await app.hasAccount()
    read()
    for (const identifier of [ada.email, `nobody-${app.id}@example.com`]) {
      await app.post('/api/auth/login/', { identifier, password: 'wrong' })
      const reading = read()
      expect(reading).toMatchObject({ d1RoundTrips: 2, kvReads: 1, kvWrites: 0, objectCalls: 3 })
      expect(reading.rowsWritten).toBeLessThanOrEqual(2)
    }
  })

  test('of a refresh is two D1 round trips and three rows written', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const { refreshToken } = await app.signIn(await app.hasAccount())
    read()
    await app.post('/api/auth/refresh/', { refresh_token: refreshToken })
    const reading = read()
    expect(reading.d1RoundTrips).toBe(2)
    expect(reading.rowsWritten).toBeLessThanOrEqual(3)
  })

  test(
    'of a login does not grow with a million users',
    { timeout: 240_000 },
    async ({ expect }) => {
      const { meter, read } = startMeter()
      const app = startApp(meter)
      const ada = await app.hasAccount()
      const rows = async () => {
        read()
        const challenge = await app.startLogin(ada)
        const first = read()
        const code = await nextCode(ada)
        await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code })
        const second = read()
        return [first.rowsRead, first.rowsWritten, second.rowsWritten]
      }
      await rows()
      const few = await rows()
      for (let start = 0; start < 1_000_000; start += 100_000) {
        await env.DB.prepare(
          `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + 99999)
         INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
         SELECT printf('usr_%07d', i), printf('m%07d@example.org', i), printf('m%07d@example.org', i),
           'customer', 'active', 'x', 0 FROM n`,
        )
          .bind(start)
          .run()
      }
      const [{ count } = { count: 0 }] = (
        await env.DB.prepare('SELECT count(*) AS count FROM users').run<{ count: number }>()
      ).results
      expect(count).toBeGreaterThan(1_000_000)
      expect(await rows()).toEqual(few)
    },
  )
})
