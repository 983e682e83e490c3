import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { noteSignUp } from '../../src/features/registration/sign-up-watch'
import { type App, signedIn } from '../support/acts'
import { type Account, freshAddress, startApp } from '../support/app'
import { countingHashes, visible } from '../support/attack'
import { many } from '../support/many'

/** As many as are needed for the alarm, and some more that come after it. */
const CROWD = 30 + many(70)
type Options = Parameters<App['post']>[2]

const enter = (app: App, account: Account, options: Options = {}) =>
  app.post(
    '/api/auth/login/',
    { identifier: account.email, password: account.password },
    { ip: freshAddress(), ...options },
  )

/** The one password that a sprayer tries on everybody. */
const spray = (app: App, name: string, ip = freshAddress()) =>
  app.post(
    '/api/auth/login/',
    { identifier: name, password: `spring in the year ${app.id}` },
    { ip },
  )

const countOf = async (event: string, part = '') => {
  const { results } = await env.DB.prepare(
    `SELECT id FROM audit_events WHERE event = ? AND coalesce(data, '') LIKE ?`,
  )
    .bind(event, `%${part}%`)
    .run()
  return results.length
}

describe('password spraying', () => {
  test('E-022: from one address is seen at the thirtieth try, and strangers of that network are out for the hour', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const ip = freshAddress()
    const before = await countOf('authn_spray_detected')
    for (let index = 1; index < 30; index++) await spray(app, `nobody${index}@example.com`, ip)
    expect(await countOf('authn_spray_detected')).toBe(before)
    await spray(app, ada.email, ip)
    expect(await countOf('authn_spray_detected')).toBe(before + 1)
    // The limit of the minute is over, the one of the hour would be far.
    app.advance(61)
    expect((await enter(app, ada, { ip })).body.code).toBe('too_many_requests')
    expect((await enter(app, ada)).status).toBe(200)
    app.advance(3600)
    expect((await enter(app, ada, { ip })).status).toBe(200)
  })

  test('E-022: from many addresses is seen once, and tells nobody who exists', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const before = await countOf('authn_spray_detected')
    const networks = Array.from({ length: CROWD }, freshAddress)
    const answers = await Promise.all(
      networks.map((ip, index) =>
        spray(app, index === CROWD - 1 ? ada.email : `n${index}${app.id}@example.com`, ip),
      ),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(visible(answer)))).size).toBe(1)
    expect(answers[0]?.body.code).toBe('invalid_credentials')
    expect(await countOf('authn_spray_detected')).toBe(before + 1)
    const again = await Promise.all(networks.map((ip) => spray(app, 'other@example.com', ip)))
    const out = again.filter(({ body }) => body.code === 'too_many_requests')
    // All but those that came before the thirtieth.
    expect(out.length).toBeGreaterThanOrEqual(CROWD - 29)
    expect((await enter(app, ada)).status).toBe(200)
  })
})

test('a known browser that gives a sprayed password is no sprayer', async ({ expect }) => {
  const app = startApp()
  const { account, deviceCookie: cookie } = await signedIn(app)
  const [home, abroad] = [freshAddress(), freshAddress()]
  const password = `spring in the year ${app.id}`
  for (let index = 1; index < 30; index++) await spray(app, `nobody${index}@example.com`)
  const before = await countOf('authn_spray_detected')
  const mistype = (options: Options) => enter(app, { ...account, password }, options)
  for (let count = 0; count < 3; count++) {
    expect((await mistype({ ip: home, cookie })).status).toBe(401)
  }
  expect(await countOf('authn_spray_detected')).toBe(before)
  await mistype({ ip: abroad })
  expect(await countOf('authn_spray_detected')).toBe(before + 1)
  expect((await mistype({ ip: home, cookie })).status).toBe(401)
  expect((await enter(app, account, { ip: home, cookie })).status).toBe(200)
  expect((await enter(app, account, { ip: abroad })).body.code).toBe('too_many_requests')
})

describe('floods', () => {
  test('E-122: sign-ups are capped by network, and many with one mail domain are told once an hour', async ({
    expect,
  }) => {
    const app = startApp()
    const domain = `flood-${app.id}.example`
    const signUp = (index: number, ip: string) =>
      app.post(
        '/api/users/create/',
        { email: `eve+${index}@${domain}`, password: app.newAccount().password },
        { ip },
      )
    const site = `2001:db8:${app.id.length}:${Math.trunc(app.now().getTime() % 60_000).toString(16)}`
    for (let index = 0; index < 10; index++) {
      expect((await signUp(index, `${site}::${index + 1}`)).status).toBe(202)
    }
    expect((await signUp(10, `${site}::ffff`)).body.code).toBe('too_many_requests')
    const flagged = () => countOf('excess_rate_limit_exceeded', domain)
    await Promise.all(Array.from({ length: 39 }, () => noteSignUp(app.deps(), `eve@${domain}`)))
    expect(await flagged()).toBe(0)
    for (const index of [50, 51]) {
      expect((await signUp(index, freshAddress())).status).toBe(202)
      expect(await flagged()).toBe(1)
    }
  })

  test('E-123: a crowd of parallel logins with the longest password hash little and hold up nobody', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const bob = await app.hasAccount()
    const long = { ...ada, password: 'x'.repeat(1024) }
    const tooLong = await countingHashes(() => enter(app, { ...ada, password: 'x'.repeat(1025) }))
    expect([tooLong.result.status, tooLong.hashes]).toEqual([400, 0])
    const ip = freshAddress()
    const { hashes, result } = await countingHashes(() =>
      Promise.all([
        ...Array.from({ length: many(100) }, () => enter(app, long)),
        // More than the thirty that a network has in a minute.
        ...Array.from({ length: CROWD }, (_, index) =>
          enter(app, { ...long, email: `n${index}${app.id}@example.com` }, { ip }),
        ),
        enter(app, bob),
      ]),
    )
    expect(result.at(-1)?.status).toBe(200)
    const RIGHT = 1
    expect(hashes).toBe(RIGHT + 5 + 30)
  })
})
