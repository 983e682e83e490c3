import { describe, test } from 'vitest'
import { SAME_ORIGIN, signedIn, wrongCodes } from '../support/acts'
import { type Account, freshAddress, nextCode, startApp } from '../support/app'
import { collectingLog, countingHashes, failLogin, visible } from '../support/attack'
import { subjectsTo } from '../support/mailbox'
import { many } from '../support/many'
import { eventsOf } from '../support/rows-of'

type App = ReturnType<typeof startApp>
type Options = Parameters<App['post']>[2]

const HALF_AN_HOUR = 1800
const STOPPED = 'One way to sign in is switched off'

const enter = (app: App, account: Account, options: Options = {}) =>
  app.post(
    '/api/auth/login/',
    { identifier: account.email, password: account.password },
    { ip: freshAddress(), ...options },
  )

describe('the browser of the owner', () => {
  test('E-023: strangers from many addresses lock themselves out, and not the owner', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, deviceCookie: cookie } = await signedIn(app)
    const wrong = { ...account, password: 'wrong' }
    const { hashes, result } = await countingHashes(async () => {
      const strangers = Array.from({ length: many(100) }, () => enter(app, wrong))
      await Promise.all(strangers)
      const owner = await enter(app, account, { cookie })
      const stranger = await enter(app, account)
      const thief = Array.from({ length: many(50) }, () => enter(app, wrong, { cookie }))
      await Promise.all(thief)
      return [owner.status, stranger.status, (await enter(app, account, { cookie })).status]
    })
    expect(result).toEqual([200, 429, 429])
    const RIGHT = 1
    expect(hashes).toBe(RIGHT + 2 * 5)
  })

  test('E-024: a device cookie that is forged, flipped, foreign or expired counts as none', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, deviceCookie } = await signedIn(app)
    const eve = await signedIn(app)
    const [name = '', value = ''] = deviceCookie.split('=')
    const [nonce = '', issued = '', tag = ''] = value.split('.')
    const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    const cookies = {
      foreign: eve.deviceCookie ?? '',
      forged: `${name}=${'A'.repeat(43)}.${issued}.${'A'.repeat(43)}`,
      nonce: `${name}=${flip(nonce)}.${issued}.${tag}`,
      tag: `${name}=${nonce}.${issued}.${flip(tag)}`,
      later: `${name}=${nonce}.${Number(issued) + 1}.${tag}`,
      garbage: `${name}=${'x'.repeat(100)}`,
      empty: `${name}=`,
    }
    await failLogin(app, account.email, 5)
    for (const [kind, cookie] of Object.entries(cookies)) {
      let status = 0
      const log = await collectingLog(async () => {
        status = (await enter(app, account, { cookie })).status
      })
      expect([kind, status]).toEqual([kind, 429])
      expect([kind, log.includes('device_cookie_ignored')]).toEqual([kind, true])
      expect(log).not.toContain(nonce)
    }
    expect((await enter(app, account, { cookie: deviceCookie })).status).toBe(200)

    app.advance(400 * 86_400 - 60)
    await failLogin(app, account.email, 5)
    expect((await enter(app, account, { cookie: deviceCookie })).status).toBe(200)
    app.advance(60)
    const log = await collectingLog(async () => {
      expect((await enter(app, account, { cookie: deviceCookie })).status).toBe(429)
    })
    expect(log).toContain('"reason":"expired"')
  })

  test('E-135, row 20 (CVE-2024-1722): its user agent without its cookie is a new device, and a stranger', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const headers = { ...SAME_ORIGIN.headers, 'User-Agent': 'Mozilla/5.0 (X11; Linux) Firefox/145' }
    const { deviceCookie: cookie } = await app.signIn(ada, {}, { headers })
    await app.signIn(ada, {}, { headers, cookie })
    expect(await subjectsTo(ada.email)).not.toContain('New sign-in to your account')
    await app.signIn(ada, {}, { headers })
    expect(await subjectsTo(ada.email)).toContain('New sign-in to your account')
    await failLogin(app, ada.email, 5)
    expect((await enter(app, ada, { headers })).status).toBe(429)
    expect((await enter(app, ada, { headers, cookie })).status).toBe(200)
  })
})

describe('slow guessing', () => {
  test('E-025: five tries in half an hour, from ever new addresses (E-135), end at a hundred', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, deviceCookie: cookie } = await signedIn(app)
    const headers = { 'User-Agent': 'the one of the owner' }
    const wrong = () => enter(app, { ...account, password: 'wrong' }, { headers })
    const answers = []
    for (let count = 1; count <= 100; count++) {
      answers.push((await wrong()).status)
      if (count % 5 === 0) app.advance(HALF_AN_HOUR)
    }
    expect(new Set(answers)).toEqual(new Set([401]))
    const { result: right, hashes } = await countingHashes(() => enter(app, account, { headers }))
    expect([right.status, hashes]).toEqual([401, 1])
    expect(visible(right)).toEqual(visible(await wrong()))
    for (let count = 0; count < 3; count++) await wrong()
    app.advance(HALF_AN_HOUR)
    const mails = (await subjectsTo(account.email)).filter(
      (subject) => subject !== 'Your sign-in code',
    )
    expect(mails.filter((subject) => subject === STOPPED)).toHaveLength(1)
    expect(mails.at(-1)).toBe(STOPPED)
    expect(mails.filter((subject) => subject.startsWith('Sign-in is locked'))).toHaveLength(19)
    expect((await enter(app, account, { cookie })).status).toBe(200)
    expect((await enter(app, account)).status).toBe(401)
    const events = (await eventsOf(account.email)).filter(({ event }) => event === 'authn_stopped')
    expect(events).toEqual([{ event: 'authn_stopped', data: '{"method":"password"}' }])
  }, 120_000)

  test('E-025: so does guessing at codes by one who knows the password', async ({ expect }) => {
    const app = startApp()
    const { account, deviceCookie: cookie } = await signedIn(app)
    const begin = async () => ({
      challenge: await app.startLogin(account),
      right: await nextCode(account),
    })
    const give = (challenge: string, code: string, options: Options = {}) =>
      app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }, options)
    for (let round = 0; round < 20; round++) {
      const { challenge, right } = await begin()
      for (const code of wrongCodes(right, 5)) {
        expect((await give(challenge, code)).body.code).toBe('invalid_code')
      }
      app.advance(HALF_AN_HOUR + 60)
    }
    const { challenge, right } = await begin()
    expect((await give(challenge, right)).body.code).toBe('authenticator_stopped')
    const mails = await subjectsTo(account.email)
    expect(mails.filter((subject) => subject === STOPPED)).toHaveLength(1)
    expect((await give(challenge, right, { cookie })).status).toBe(200)
  }, 120_000)
})
