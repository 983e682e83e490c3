import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { me, refresh, SAME_ORIGIN, signedIn, STEP_UP_PASSED_SECONDS } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { failLogin } from '../../support/attack'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'
import { withoutLimits } from '../../support/test-deps'

type Session = { id: string; current: boolean } & Record<string, unknown>
type Device = { id: string; current: boolean } & Record<string, unknown>
type App = ReturnType<typeof startApp>

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1'

const from = (userAgent: string, cookie?: string) => ({
  headers: { ...SAME_ORIGIN.headers, 'User-Agent': userAgent },
  cookie,
})

async function sessionsOf(app: App, token: string) {
  const { body } = await app.send('GET', '/api/auth/sessions/', { token })
  return body['sessions'] as Session[]
}

async function devicesOf(app: App, token: string, cookie?: string) {
  const { body } = await app.send('GET', '/api/auth/devices/', { token, cookie })
  return body['devices'] as Device[]
}

const eventNames = async (email: string) => (await eventsOf(email)).map(({ event }) => event)

describe('sessions of an account', () => {
  test('are listed with what their owner needs to tell them apart, the newest use first', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const phone = await app.signIn(ada, {}, from(IPHONE))
    app.advance(60)
    const browser = await app.signIn(ada, { transport: 'cookie' }, from(FIREFOX))
    // Too soon for the use of this one to be noted anew by asking.
    app.advance(30)
    await app.post('/api/auth/refresh/', { refresh_token: phone.refreshToken })
    const listed = await app.send('GET', '/api/auth/sessions/', { cookie: browser.sessionCookie })
    expect(listed.body['sessions']).toMatchObject([
      {
        id: phone.sessionId,
        current: false,
        device: 'Safari on iPhone',
        ip: app.address,
        country: null,
        transport: 'bearer',
        acr: 'aal1',
      },
      { id: browser.sessionId, current: true, device: 'Firefox on Linux', transport: 'cookie' },
    ])
    const other = await signedIn(app)
    expect((await sessionsOf(app, other.accessToken)).map(({ id }) => id)).toEqual([
      other.sessionId,
    ])
  })

  test('are not listed once their idle or absolute time has passed', async ({ expect }) => {
    const app = startApp()
    const { userId } = await signedIn(app)
    app.advance(7 * 86_400 - 60)
    const { accessToken } = await openSession(app.deps(), userId)
    expect(await sessionsOf(app, accessToken)).toHaveLength(2)
    app.advance(61)
    expect(await sessionsOf(app, accessToken)).toHaveLength(1)
    // A row that is dead already is deleted with the others, and not counted.
    const ended = await app.send('DELETE', '/api/auth/sessions/', { token: accessToken })
    expect(ended.body).toEqual({ ended: 0 })
  })

  test('are dead at the next request once their owner has ended them', async ({ expect }) => {
    const app = startApp()
    const lost = await signedIn(app)
    const { account: ada, userId } = lost
    const browser = await openSession(app.deps(), userId, { transport: 'cookie' })
    const mine = await openSession(app.deps(), userId)
    const token = mine.accessToken
    const gone = await app.send('DELETE', `/api/auth/sessions/${lost.sessionId}/`, { token })
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect((await me(app, { token: lost.accessToken })).status).toBe(401)
    expect((await refresh(app, lost.refreshToken)).status).toBe(401)
    expect((await me(app, { cookie: browser.sessionCookie })).status).toBe(200)

    const others = await app.send('DELETE', '/api/auth/sessions/', { token })
    expect(others.body).toEqual({ ended: 1 })
    expect((await me(app, { cookie: browser.sessionCookie })).status).toBe(401)
    expect((await me(app, { token })).status).toBe(200)
    const again = await app.send('DELETE', '/api/auth/sessions/', { token })
    expect(again.body).toEqual({ ended: 0 })
    const events = (await eventNames(ada.email)).filter((event) => event.includes('ended'))
    expect(events).toEqual(['session_ended', 'sessions_ended'])

    const own = await app.send('DELETE', `/api/auth/sessions/${mine.sessionId}/`, { token })
    expect(own.status).toBe(204)
    expect((await me(app, { token })).status).toBe(401)
  })

  test('are ended by one of many at once, with one event', async ({ expect }) => {
    const app = startApp()
    const lost = await signedIn(app)
    const { account: ada } = lost
    const { accessToken: token } = await openSession(app.deps(), lost.userId)
    const count = many(50)
    const answers = await Promise.all(
      Array.from({ length: count }, () =>
        app.send('DELETE', `/api/auth/sessions/${lost.sessionId}/`, { token }),
      ),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(count - 1)
    const events = (await eventNames(ada.email)).filter((event) => event === 'session_ended')
    expect(events).toHaveLength(1)
  })

  test('are ended by a cookie only from our own pages', async ({ expect }) => {
    const app = startApp()
    const { sessionCookie: cookie, sessionId } = await signedIn(app, 'cookie')
    for (const path of ['sessions/', `sessions/${sessionId}/`, 'devices/']) {
      const answer = await app.send('DELETE', `/api/auth/${path}`, { cookie })
      expect([path, answer.status]).toEqual([path, 403])
    }
  })
})

describe('devices of an account', () => {
  test('are listed, and strangers once they are forgotten', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const phone = await app.signIn(ada, {}, from(IPHONE))
    app.advance(60)
    const laptop = await app.signIn(ada, {}, from(FIREFOX))
    const token = laptop.accessToken
    const devices = await devicesOf(app, token, laptop.deviceCookie)
    expect(devices).toMatchObject([
      { current: true, device: 'Firefox on Linux', country: null },
      { current: false, device: 'Safari on iPhone' },
    ])

    const lock = async () => {
      const wrong = { identifier: ada.email, password: 'wrong' }
      for (let count = 0; count < 5; count++) await app.post('/api/auth/login/', wrong)
    }
    const enter = async (cookie: string | undefined) => {
      const { email: identifier, password } = ada
      return (await app.post('/api/auth/login/', { identifier, password }, { cookie })).status
    }
    await lock()
    expect(await enter(phone.deviceCookie)).toBe(200)
    const path = `/api/auth/devices/${devices[1]?.id ?? ''}/`
    expect((await app.send('DELETE', path, { token })).status).toBe(204)
    expect((await app.send('DELETE', path, { token })).status).toBe(404)
    expect(await enter(phone.deviceCookie)).toBe(429)
    expect(await enter(laptop.deviceCookie)).toBe(200)
    expect(await devicesOf(app, token)).toHaveLength(1)

    expect((await app.send('DELETE', '/api/auth/devices/', { token })).status).toBe(204)
    expect(await enter(laptop.deviceCookie)).toBe(429)
    expect(await devicesOf(app, token)).toEqual([])
    expect((await me(app, { token })).status).toBe(200)
    // The step-up is used up.
    const again = await app.send('DELETE', '/api/auth/devices/', { token })
    expect([again.status, again.body.code]).toEqual([401, 'insufficient_user_authentication'])
    const forgotten = (await eventsOf(ada.email)).filter(
      ({ event }) => event === 'device_forgotten',
    )
    expect(forgotten.map(({ data }) => JSON.parse(data ?? '') as unknown)).toEqual([
      { device: devices[1]?.id },
      { device: 'all' },
    ])
  })

  test('are all forgotten within ten minutes of both steps, once, and not by one that is refused', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const late = await signedIn(app)
    const ada = await signedIn(app)
    const forget = ({ accessToken: token }: typeof ada) =>
      app.send('DELETE', '/api/auth/devices/', { token, ip: freshAddress() })
    const count = many(50)
    const answers = await Promise.all(Array.from({ length: count }, () => forget(ada)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(count - 1)
    const events = (await eventNames(ada.account.email)).filter((name) => name.startsWith('device'))
    expect(events).toHaveLength(1)

    app.advance(STEP_UP_PASSED_SECONDS)
    const { body } = await refresh(app, late.refreshToken)
    const accessToken = body.access_token ?? ''
    expect((await forget({ ...late, accessToken })).status).toBe(401)
    expect(await devicesOf(app, accessToken)).toHaveLength(1)
    const { email: identifier, password } = late.account
    const { deviceCookie: cookie } = late
    await failLogin(app, identifier, 5)
    const enter = await app.post('/api/auth/login/', { identifier, password }, { cookie })
    expect(enter.status).toBe(200)
  })
})
