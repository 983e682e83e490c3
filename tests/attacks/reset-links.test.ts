import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createApp } from '../../src/app'
import { openApiDocument } from '../../src/http/openapi'
import { sha256 } from '../../src/platform/crypto/token'
import { linkPurposes } from '../../src/platform/db/schema'
import { settings } from '../../src/platform/settings'
import { signedIn } from '../support/acts'
import { startApp } from '../support/app'
import { mailsTo } from '../support/mailbox'
import {
  askReset,
  checkToken,
  confirmReset,
  NEW_PASSWORD,
  resetTokenOf,
  setUser,
  tryLogin,
} from '../support/recovery'
import { userIdOf } from '../support/rows-of'

const RANDOM_TOKEN = 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE'

describe('reset links', () => {
  test('E-045: a reset link works for 3600 seconds, to the millisecond', async ({ expect }) => {
    let at = new Date()
    const app = startApp((deps) => ({ ...deps, now: () => at }))
    const early = await app.hasAccount()
    const late = await app.hasAccount()
    const [earlyToken, lateToken] = [await resetTokenOf(app, early), await resetTokenOf(app, late)]
    at = new Date(at.getTime() + 3_599_999)
    expect((await checkToken(app, earlyToken)).status).toBe(200)
    expect((await confirmReset(app, earlyToken)).status).toBe(204)
    at = new Date(at.getTime() + 1)
    expect((await checkToken(app, lateToken)).status).toBe(400)
    expect((await confirmReset(app, lateToken)).status).toBe(400)
  })

  test('E-046: a link is dead after a newer one, a change of password or address, and a login', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const kill: Record<string, () => Promise<unknown>> = {
      'a newer link': async () => {
        app.advance(61)
        await resetTokenOf(app, account)
      },
      'a change of password': () =>
        app.post(
          '/api/auth/change-password/',
          { old_password: account.password, new_password: NEW_PASSWORD },
          { token: accessToken },
        ),
      'a change of the address or a factor': () =>
        setUser(account, 'security_epoch = security_epoch + 1'),
      'a login': () => app.signIn({ ...account, password: NEW_PASSWORD }),
    }
    for (const [name, act] of Object.entries(kill)) {
      app.advance(61)
      const token = await resetTokenOf(app, account)
      expect([name, (await checkToken(app, token)).status]).toEqual([name, 200])
      await act()
      expect([name, (await checkToken(app, token)).status]).toEqual([name, 400])
      expect([name, (await confirmReset(app, token)).status]).toEqual([name, 400])
    }
  })

  // What each endpoint of a mailed link takes; the others must leave the link as it is.
  const endpoints: {
    path: string
    takes: (typeof linkPurposes)[number] | 'sign_up'
    extra?: object
  }[] = [
    // The links of sign-ups are in a table of their own.
    { path: '/api/auth/verify-email/', takes: 'sign_up' },
    { path: '/api/auth/reset-password/check/', takes: 'reset' },
    {
      path: '/api/auth/reset-password/confirm/',
      takes: 'reset',
      extra: { password: NEW_PASSWORD },
    },
    { path: '/api/users/change-email/confirm/', takes: 'change_email' },
    { path: '/api/users/notification-email/confirm/', takes: 'notification_email' },
    { path: '/api/auth/not-me/', takes: 'not_me' },
    { path: '/api/users/keep-account/', takes: 'keep_account' },
    { path: '/api/users/accept-invitation/check/', takes: 'invite' },
    {
      path: '/api/users/accept-invitation/',
      takes: 'invite',
      extra: { password: NEW_PASSWORD },
    },
    { path: '/api/auth/stop-act/', takes: 'stop_act' },
  ]
  /** Tokens of other kinds: an access token, the secret of the first admin. */
  const OTHERS = ['/api/auth/introspect/', '/api/admin/bootstrap/']

  test('E-048: every endpoint that takes a link is tried below', ({ expect }) => {
    const { paths } = openApiDocument(createApp().routes, settings(env))
    const known = Object.entries(paths).flatMap(([path, { post }]) =>
      JSON.stringify(post?.requestBody ?? '').includes('"token":') && !OTHERS.includes(path)
        ? [path]
        : [],
    )
    expect(new Set(endpoints.map(({ path }) => path))).toEqual(new Set(known))
    expect(new Set(endpoints.map(({ takes }) => takes))).toEqual(
      new Set(['sign_up', ...linkPurposes]),
    )
  })

  test.for(endpoints)(
    'E-048: a link of another kind is nothing to $path',
    async ({ path, takes, extra }, { expect }) => {
      const app = startApp()
      const userId = await userIdOf(await app.hasAccount())
      for (const purpose of linkPurposes.filter((other) => other !== takes)) {
        const token = (purpose + RANDOM_TOKEN).replaceAll('_', '-').slice(0, 43)
        await env.DB.prepare('INSERT INTO mailed_tokens VALUES (?, ?, ?, ?, ?)')
          .bind(sha256(token), userId, purpose, '0', app.now().getTime() + 60_000)
          .run()
        const answer = await app.post(path, { token, ...extra })
        expect([purpose, answer.status, answer.body.code]).toEqual([purpose, 400, 'invalid_token'])
        const left = await env.DB.prepare('DELETE FROM mailed_tokens WHERE token_hash = ?')
          .bind(sha256(token))
          .run()
        expect([purpose, left.meta.changes]).toEqual([purpose, 1])
      }
    },
  )

  test('E-049: a link resets its own account, whatever else the body names', async ({ expect }) => {
    const app = startApp()
    const mine = await app.hasAccount()
    const theirs = await app.hasAccount()
    const token = await resetTokenOf(app, mine)
    const userId = await userIdOf(theirs)
    for (const extra of [
      { email: theirs.email },
      { user_id: userId },
      { identifier: theirs.email },
    ]) {
      expect((await confirmReset(app, token, extra)).body).toMatchObject({
        code: 'invalid_request',
      })
    }
    expect((await confirmReset(app, token)).status).toBe(204)
    expect((await tryLogin(app, mine, NEW_PASSWORD)).status).toBe(200)
    expect((await tryLogin(app, theirs, theirs.password)).status).toBe(200)
  })

  test('E-054: a look-alike of an address has mail sent to the stored one, or to nobody', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const [local = ''] = ada.email.split('@')
    const refused = [
      `${local.replace('u', 'ü')}@example.com`,
      `ı${local}@example.com`,
      `ß${local}@x.com`,
    ]
    for (const email of refused) expect((await askReset(app, email)).status).toBe(400)
    const strangers = [`${local}@exаmple.com`, `${local}@faß.de`, `${local}@example.com.de`]
    for (const email of strangers) expect((await askReset(app, email)).status).toBe(202)
    expect(await mailsTo(ada.email)).toEqual([])
    const shouted = ada.email.toUpperCase()
    expect((await askReset(app, shouted)).status).toBe(202)
    const [mail] = await mailsTo(ada.email)
    expect(mail?.to).toBe(ada.email)
    for (const email of strangers) expect(await mailsTo(email)).toEqual([])
  })

  test('E-056: the page of a link asks no other host and sends no referrer', async ({ expect }) => {
    const app = startApp()
    const { headers, text, status } = await app.send('GET', '/reset-password?utm_source=x')
    expect(status).toBe(200)
    expect(headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(headers.get('Content-Security-Policy')).not.toMatch(/https?:|\*/)
    expect(text).not.toMatch(/(?:src|href|action)="(?!\/assets\/)/)
  })
})
