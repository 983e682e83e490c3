import { describe, test } from 'vitest'
import { me, SAME_ORIGIN, signedIn } from '../../support/acts'
import { rowOf } from '../../support/addresses'
import { freshAddress, startApp } from '../../support/app'
import { mailsTo, nextMail, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'

type App = ReturnType<typeof startApp>

const update = (app: App, token: string | undefined, json: unknown, ip = freshAddress()) =>
  app.send('PUT', '/api/users/update/', { json, token, ip })

describe('PUT /api/users/update/', () => {
  test('changes what is given, leaves the rest, and answers as me/ does', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const { username } = app.newAccount()
    const first = await update(app, accessToken, { display_name: 'Ada Lovelace', locale: 'DE-ch' })
    expect([first.status, first.body]).toMatchObject([
      200,
      { username: account.username, display_name: 'Ada Lovelace', locale: 'de-CH' },
    ])
    expect(first.body).toEqual((await me(app, { token: accessToken })).body)
    const second = await update(app, accessToken, { username, display_name: null })
    expect(second.body).toMatchObject({ username, display_name: null, locale: 'de-CH' })
    expect(second.body).toEqual((await me(app, { token: accessToken })).body)
    const events = await eventsOf(account.email)
    expect(events.filter(({ event }) => event === 'user_updated').map(({ data }) => data)).toEqual([
      '{"fields":"display_name locale"}',
      '{"fields":"username display_name"}',
    ])
  })

  test('row 18 (CVE-2026-27946): no field of the account but one’s own words can be set', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const before = await rowOf('email', account.email)
    const fields = {
      role: 'admin',
      status: 'active',
      email: 'other@example.com',
      email_key: 'other@example.com',
      id: 'usr_AAAAAAAAAAAAAAAAAAAAAA',
      email_verified_at: '2026-01-01T00:00:00Z',
      emailVerifiedAt: 1,
      verified: true,
      is_admin: true,
      password: 'a long enough passphrase',
      password_hash: 'x',
      security_epoch: 9,
      frozen_at: null,
      erasure_due_at: null,
      notification_email: 'other@example.com',
      created_at: '2026-01-01T00:00:00Z',
      session: { acr: 'aal2' },
    }
    for (const [name, value] of Object.entries(fields)) {
      const answer = await update(app, accessToken, { locale: 'de', [name]: value })
      expect([name, answer.status, answer.body['errors']]).toMatchObject([
        name,
        400,
        [{ pointer: `#/${name}` }],
      ])
    }
    const raw = '{"locale":"de","__proto__":{"role":"admin"}}'
    const headers = { 'Content-Type': 'application/json' }
    const proto = await app.send('PUT', '/api/users/update/', { raw, headers, token: accessToken })
    expect(proto.status).toBe(400)
    expect(await rowOf('email', account.email)).toEqual(before)
  })

  test('asks for something to change, in forms it knows', async ({ expect }) => {
    const app = startApp()
    const { accessToken } = await signedIn(app)
    const wrong = [
      {},
      { username: null },
      { username: 'ab' },
      { username: 'admin' },
      { display_name: '' },
      { display_name: 'see www.example.com' },
      { locale: null },
      { locale: '' },
      { locale: 'en_US' },
      { locale: 'english please' },
      { locale: 'de-' },
      // 36 characters, and 35 whose canonical spelling is longer.
      { locale: `de-x-${'abcdefg-'.repeat(3)}abcdefg` },
      { locale: 'en-US-posix-x-abcdefgh-abcdefgh-abc' },
    ]
    for (const json of wrong) {
      expect([json, (await update(app, accessToken, json)).status]).toEqual([json, 400])
    }
    const longest = `de-x-${'abcdefg-'.repeat(3)}abcdef`
    expect(longest).toHaveLength(35)
    expect((await update(app, accessToken, { locale: longest })).body).toMatchObject({
      locale: longest,
    })
  })

  test('parallel requests of five users for one name: one user gets it', async ({ expect }) => {
    const app = startApp()
    const { username } = app.newAccount()
    const people: Awaited<ReturnType<typeof signedIn>>[] = []
    while (people.length < 5) people.push(await signedIn(app))
    const each = many(10)
    const answers = await Promise.all(
      people.flatMap(({ account, accessToken }) =>
        Array.from({ length: each }, async () => {
          const answer = await update(app, accessToken, { username, display_name: 'Winner' })
          return { email: account.email, answer }
        }),
      ),
    )
    const winners = answers.filter(({ answer }) => answer.status === 200)
    const losers = answers.filter(({ answer }) => answer.status !== 200)
    expect(new Set(winners.map(({ email }) => email)).size).toBe(1)
    expect(winners).toHaveLength(each)
    expect(new Set(losers.map(({ answer }) => answer.body.code))).toEqual(
      new Set(['username_taken']),
    )
    const [winner] = winners
    expect(await rowOf('username', username)).toMatchObject({ email: winner?.email })
    // One refusal refuses all of the request, and records nothing.
    const loser = losers[0]?.email ?? ''
    expect(await rowOf('email', loser)).toMatchObject({ display_name: null })
    expect((await eventsOf(loser)).map(({ event }) => event)).not.toContain('user_updated')
  })

  test('another spelling of the own name is fine, of somebody else’s it is taken', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await signedIn(app)
    const bob = await signedIn(app)
    const shouted = ada.account.username.toUpperCase()
    const taken = await update(app, bob.accessToken, { username: shouted })
    expect([taken.status, taken.body.code]).toEqual([409, 'username_taken'])
    const own = await update(app, ada.accessToken, { username: shouted })
    expect(own.body).toMatchObject({ username: shouted })
    const mail = await nextMail(ada.account.email)
    expect(mail.subject).toMatch(/username/i)
    expect(mail.text).toContain(shouted)
    // The same again changes nothing that anyone should hear of.
    await update(app, ada.accessToken, { username: shouted })
    await app.startLogin({ ...ada.account, email: ada.account.username })
    expect((await nextMail(ada.account.email)).subject).toMatch(/code/i)
    expect(await mailsTo(ada.account.email)).toHaveLength(2)
  })

  test('needs a session, takes a cookie from our own pages only, and twenty an hour', async ({
    expect,
  }) => {
    const app = startApp()
    expect((await update(app, undefined, { locale: 'de' })).status).toBe(401)
    const { sessionCookie: cookie } = await signedIn(app, 'cookie')
    const put = (headers: Record<string, string>, ip = freshAddress()) =>
      app.send('PUT', '/api/users/update/', { json: { locale: 'fr' }, cookie, headers, ip })
    expect((await put({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    const ip = freshAddress()
    for (let count = 0; count < 20; count++) {
      expect((await put(SAME_ORIGIN.headers, ip)).status).toBe(200)
    }
    expect((await put(SAME_ORIGIN.headers, ip)).status).toBe(429)
    app.advance(3600)
    expect((await put(SAME_ORIGIN.headers, ip)).status).toBe(200)
  })

  test('the language of an account is that of its mails, from the sign-up on', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    const ip = freshAddress()
    await app.post('/api/users/create/', { ...account, locale: 'fr-ca' }, { ip })
    const mail = await nextMail(account.email)
    expect(mail.subject).toBe('Confirmez votre adresse électronique')
    await app.post('/api/auth/verify-email/', { token: tokenIn(mail) }, { ip })
    expect(await rowOf('email', account.email)).toMatchObject({ locale: 'fr-CA' })
    await app.startLogin(account)
    expect((await nextMail(account.email)).text).toMatch(/Bonjour|votre/i)
    const odd = await app.post('/api/users/create/', { ...app.newAccount(), locale: 'x' }, { ip })
    expect(odd.status).toBe(400)
  })

  test('tells ten times a day whether a username is taken, and no more', async ({ expect }) => {
    const app = startApp()
    const { accessToken, account } = await signedIn(app)
    const other = await app.hasAccount()
    const ask = (username: string) =>
      app.send('PUT', '/api/users/update/', {
        json: { username },
        token: accessToken,
        ip: freshAddress(),
      })
    for (let count = 0; count < 10; count++) {
      expect((await ask(other.username)).body.code).toBe('username_taken')
    }
    for (const name of [other.username, app.newAccount().username]) {
      const refused = await ask(name)
      expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(86_000)
    }
    // The name that one has is asked for by clients that send the whole profile.
    expect((await ask(account.username)).status).toBe(200)
  })
})
