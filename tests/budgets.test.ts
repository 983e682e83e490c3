import { describe, test } from 'vitest'
import { CURRENT_COST } from '../src/platform/crypto/password-hash'
import type { Deps } from '../src/platform/deps'
import { openSession } from './support/accounts'
import { signedIn, signInWithTotp, stepUp, withTotp } from './support/acts'
import { nextCode, startApp } from './support/app'
import { startMeter } from './support/meter'

/** Where passwords are checked, at what production's hashes cost. */
const atFullCost =
  (meter: (deps: Deps) => Deps) =>
  (deps: Deps): Deps => ({ ...meter(deps), passwordCost: CURRENT_COST })

/**
 * Rows as of design: what a login may cost, as D1's own `meta` and the counted bindings tell it.
 */
describe('the cost', () => {
  test('of a login is four D1 round trips at most, and within its rows', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(atFullCost(meter))
    const ada = await app.hasAccount()
    read()

    const challenge = await app.startLogin(ada)
    const first = read()
    expect(first.d1RoundTrips).toBeLessThanOrEqual(2)
    expect(first.rowsWritten).toBeLessThanOrEqual(3)
    // The limiter, and of a browser that is not known the guards of the account and of the name.
    expect(first).toMatchObject({ kvReads: 1, kvWrites: 1, objectCalls: 3, queueSends: 1 })

    const code = await nextCode(ada)
    await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code })
    const second = read()
    expect(second.d1RoundTrips).toBeLessThanOrEqual(2)
    expect(second.rowsWritten).toBeLessThanOrEqual(6)
    // The limiter, the guard, and the guard again for a browser that is new.
    expect(second.objectCalls).toBe(3)
    expect(first.d1RoundTrips + second.d1RoundTrips).toBeLessThanOrEqual(4)
  })

  test('of an authenticated read is one D1 query and no row written', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const { userId, accessToken } = await signedIn(app)
    const { sessionCookie } = await openSession(app.deps(), userId, { transport: 'cookie' })
    read()
    for (const credentials of [{ token: accessToken }, { cookie: sessionCookie }]) {
      expect((await app.send('GET', '/api/users/me/', credentials)).status).toBe(200)
      expect(read()).toEqual({
        d1RoundTrips: 1,
        d1Statements: 1,
        // The session, its user, and the epoch of all sessions.
        rowsRead: 3,
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
    const app = startApp(atFullCost(meter))
    const ada = await app.hasAccount()
    read()
    for (const identifier of [ada.email, `nobody-${app.id}@example.com`]) {
      await app.post('/api/auth/login/', { identifier, password: 'wrong' })
      const reading = read()
      expect(reading).toMatchObject({ d1RoundTrips: 2, kvReads: 1, kvWrites: 0, objectCalls: 5 })
      expect(reading.rowsWritten).toBeLessThanOrEqual(2)
    }
  })

  test('of a refresh is two D1 round trips and three rows written', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const { refreshToken } = await signedIn(app)
    read()
    await app.post('/api/auth/refresh/', { refresh_token: refreshToken })
    const reading = read()
    expect(reading.d1RoundTrips).toBe(2)
    expect(reading.rowsWritten).toBeLessThanOrEqual(3)
    // The limiter of the network, and that of the account.
    expect(reading.objectCalls).toBe(2)
  })

  test('of a change by its owner is two calls of limiters at once', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const { accessToken: token } = await signedIn(app)
    read()
    const json = { display_name: 'Ada' }
    expect((await app.send('PUT', '/api/users/update/', { json, token })).status).toBe(200)
    expect(read()).toMatchObject({ d1RoundTrips: 2, objectCalls: 2 })
    expect((await app.send('PUT', '/api/users/update/', { json, token })).status).toBe(200)
    expect(read()).toMatchObject({ d1RoundTrips: 1, rowsWritten: 0, objectCalls: 2 })
  })

  test('of a login by app is six rows written in all, no mail, and one KV write', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const ada = await withTotp(app)
    const cookie = (await signInWithTotp(app, ada)).deviceCookie
    read()
    const challenge = await app.startLogin(ada.account, {}, { cookie })
    const first = read()
    expect(first).toMatchObject({ d1RoundTrips: 2, kvReads: 1, kvWrites: 1, objectCalls: 2 })
    const step = { challenge, method: 'totp', code: ada.codeNow() }
    const opened = await app.post('/api/auth/verify-2fa/', step, { cookie })
    expect(opened.status).toBe(200)
    const second = read()
    expect(second).toMatchObject({ d1RoundTrips: 2, kvReads: 1, kvWrites: 0, objectCalls: 2 })
    expect(first.queueSends + second.queueSends).toBe(0)
    expect(first.rowsWritten + second.rowsWritten).toBeLessThanOrEqual(6)
  })

  test('of a step-up is four rows written at most, and one by a backup code one more', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const ada = await withTotp(app)
    read()
    const byApp = { method: 'totp' as const, code: ada.codeNow() }
    const { accessToken } = await stepUp(app, ada.account, ada.accessToken, byApp)
    const reading = read()
    expect(reading.rowsWritten).toBeLessThanOrEqual(4)
    expect(reading).toMatchObject({ kvWrites: 1, queueSends: 0 })
    const byCode = { method: 'backup_code' as const, code: ada.backupCodes[0] ?? '' }
    await stepUp(app, ada.account, accessToken, byCode)
    expect(read().rowsWritten).toBe(reading.rowsWritten + 1)
  })

  test('of the check of a backup code is one row read, of ten', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const ada = await withTotp(app)
    const [code = ''] = ada.backupCodes
    await signInWithTotp(app, ada, { method: 'backup_code', code })
    const challenge = await app.startLogin(ada.account)
    const used = { challenge, method: 'backup_code', code }
    await app.post('/api/auth/verify-2fa/', used)
    read()
    // The second wrong one: the owner has been told of the first.
    expect((await app.post('/api/auth/verify-2fa/', used)).status).toBe(401)
    const CODE = 1
    // The event, and the trigger that no event takes another's place by.
    const EVENT = 2
    expect(read()).toMatchObject({ d1RoundTrips: 2, rowsRead: CODE + EVENT })
  })
})
