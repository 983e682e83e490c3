import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomId, randomToken } from '../../src/platform/crypto/token'
import { type App, me, signedIn, waitingLogin, withTotp } from '../support/acts'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  insertUser,
  inviteUser,
  tokenFor,
} from '../support/admins'
import { type Answer, freshAddress, startApp } from '../support/app'
import { visible } from '../support/attack'
import { guardedRoutes } from '../support/guarded-routes'
import { sendWaiting } from '../support/mail-faults'
import { mailsNamed, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { userIdOf } from '../support/rows-of'

const adminPaths = guardedRoutes.filter(({ path }) => path.startsWith('/api/admin/'))

const ask = (app: App, method: string, path: string, token?: string, headers = {}) =>
  app.send(method, path, {
    token,
    ip: freshAddress(),
    headers,
    ...(!['GET', 'HEAD', 'DELETE'].includes(method) && { json: {} }),
  })

/** Neither let in, nor told whether something is there. */
const isShut = ({ status }: Answer) => [400, 401, 403, 404, 405].includes(status)

/** Other spellings of a path, by which a guard could be passed by. */
const spellings = (path: string) => [
  `/${path}`,
  path.replace('/api/', '/api//'),
  path.replace('/api/', '//api/'),
  path.replace('/admin/', '/%61dmin/'),
  path.replace('/admin/', '/admin%2F'),
  path.replace('/admin/', '/ADMIN/'),
  path.replace('/admin/', '/admin;x/'),
  path.replace('/admin/', '/admin/./'),
  path.replace('/admin/', '/users/../admin/'),
  path.replace('/admin/', '/users/%2e%2e/admin/'),
  path.replace('/admin/', '\\admin\\'),
  // Behind an id it would be another id.
  ...(path.endsWith('none') ? [] : ['/.', '%00', '%0a', ';.css', '.json'].map((end) => path + end)),
  `${path}?role=admin`,
  `${path}#/api/users/me`,
]

describe('authorization', () => {
  test('E-103: no body of an admin’s route takes more than it says', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const user = await insertUser(app, 'customer')
    for (const extra of [{ status: 'active' }, { roles: ['admin'] }, { id: user }, { by: user }]) {
      expect((await act(app, admin, user, { role: 'merchant', ...extra }, 'PATCH')).status).toBe(
        400,
      )
      expect((await act(app, admin, `${user}/disable`, extra)).status).toBe(400)
    }
    for (const role of ['Admin', 'root', ['admin'], null, 1]) {
      expect((await act(app, admin, user, { role }, 'PATCH')).status).toBe(400)
    }
    expect(await columnOf(user, 'role')).toBe('customer')
  })

  test('E-105, row 12 (GHSA-4vcf-q4xf-f48m): what belongs to others answers like what does not exist', async ({
    expect,
  }) => {
    const app = startApp()
    const [ada, eve] = [await withTotp(app), await signedIn(app)]
    const devices = await app.send('GET', '/api/auth/devices/', { token: ada.accessToken })
    const [device] = devices.body['devices'] as { id: string }[]
    const foreign = { session: ada.sessionId, device: device?.id ?? '', app: ada.id }
    const nowhere = { session: randomId('ses'), device: randomId('dev'), app: randomId('aut') }
    expect(foreign.device).not.toBe('')
    const tries = async (ids: typeof foreign) => {
      const { id } = { id: await userIdOf(eve.account) }
      const token = await tokenFor(app, { id })
      return [
        await ask(app, 'DELETE', `/api/auth/sessions/${ids.session}/`, token),
        await ask(app, 'DELETE', `/api/auth/devices/${ids.device}/`, token),
        await app.post('/api/users/enable-2fa/disable/', { id: ids.app }, { token }),
        await app.post(
          '/api/users/enable-2fa/confirm/',
          { id: ids.app, code: '123456' },
          { token },
        ),
      ]
    }
    const [theirs, none] = [await tries(foreign), await tries(nowhere)]
    expect(theirs.map(visible)).toEqual(none.map(visible))
    expect(theirs.map(({ status }) => status)).toEqual([404, 404, 404, 404])
    const token = await tokenFor(app, { id: await userIdOf(eve.account) })
    const noId = await ask(app, 'DELETE', '/api/auth/sessions/anything/', token)
    // No route is limited, so it has no headers of a limit.
    expect([noId.status, noId.text]).toEqual([none[0]?.status, none[0]?.text])
    expect((await me(app, { token: ada.accessToken })).status).toBe(200)
  })

  test('E-108: no role but admin passes an admin’s route by any spelling or method', async ({
    expect,
  }) => {
    const app = startApp()
    expect(adminPaths.length).toBeGreaterThan(10)
    for (const role of ['customer', 'merchant'] as const) {
      const user = { id: await insertUser(app, role), role }
      const token = await tokenFor(app, user)
      for (const { method, path } of adminPaths) {
        for (const other of [method, 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
          const answer = await ask(app, other, path, token)
          const isPreflight = other === 'OPTIONS' && answer.status === 204
          expect([other, path, isShut(answer) || isPreflight]).toEqual([other, path, true])
        }
      }
      const headers = {
        'X-HTTP-Method-Override': 'GET',
        'X-Original-URL': '/api/admin/users/',
        'X-Rewrite-URL': '/api/admin/users/',
        'X-Role': 'admin',
        'X-Forwarded-User': 'admin',
      }
      const answer = await ask(app, 'GET', '/api/users/me/', token, headers)
      expect(answer.body['role']).toBe(role)
    }
  }, 120_000)

  test('row 9 (GHSA-x732-6j76-qmhm): no spelling of a guarded path is open to anybody', async ({
    expect,
  }) => {
    const app = startApp()
    for (const { method, path } of guardedRoutes) {
      for (const spelling of spellings(path)) {
        const answer = await ask(app, method, spelling)
        expect([method, spelling, isShut(answer)]).toEqual([method, spelling, true])
      }
    }
  }, 120_000)

  test('row 1 (CVE-2025-61928): nobody is who a body or a header says', async ({ expect }) => {
    const app = startApp()
    const id = await insertUser(app, 'admin')
    const claims = { user_id: id, userId: id, user: { id }, id, role: 'admin', session_id: id }
    const headers = { 'X-User-Id': id, 'X-User': id, 'X-Session': id, 'Cf-Access-Jwt': id }
    for (const { method, path } of guardedRoutes.filter(
      (one) => !['GET', 'DELETE'].includes(one.method),
    )) {
      const answer = await app.send(method, path, { json: claims, headers, ip: freshAddress() })
      expect([method, path, answer.status]).toEqual([method, path, 401])
    }
  })

  test('row 10 (CVE-2026-45337): what waits is its owner’s and nobody else’s', async ({
    expect,
  }) => {
    const app = startApp()
    const [one, two] = [
      { id: await insertUser(app, 'admin') },
      { id: await insertUser(app, 'admin') },
    ]
    const [ada, eve] = [await insertUser(app, 'customer'), await insertUser(app, 'customer')]
    const asked = await changeRole(app, one, ada, 'admin')
    const actId = String(asked.body['act_id'])
    expect((await act(app, two, `${eve}/grants/${actId}/approve`)).status).toBe(404)
    expect([await columnOf(ada, 'role'), await columnOf(eve, 'role')]).toEqual([
      'customer',
      'customer',
    ])

    const target = await withTotp(app)
    await act(app, one, `${await userIdOf(target.account)}/remove-factors`)
    await sendWaiting()
    const [mail] = await mailsNamed(target.account.email, 'Your authenticator apps will be removed')
    const stop = mail && tokenIn(mail)
    // A link is for its own act alone.
    expect((await acceptInvitation(app, String(stop), target.account)).status).toBe(400)
    const other = app.newAccount()
    await inviteUser(app, one, { email: other.email })
    const invitation = tokenIn(await nextMail(other.email))
    expect((await app.post('/api/auth/stop-act/', { token: invitation })).status).toBe(400)
    expect((await app.post('/api/auth/stop-act/', { token: stop })).status).toBe(200)
    // A challenge is no other account's, whoever is signed in beside it.
    const { challenge, code } = await waitingLogin(app)
    const token = await tokenFor(app, { id: eve })
    const finish = { challenge, method: 'email', code }
    const stolen = await app.post('/api/auth/step-up/verify/', finish, { token })
    expect(stolen.body.code).toBe('invalid_challenge')
  })

  test('row 11 (CVE-2026-41427): there is no other way to become an admin', async ({ expect }) => {
    const app = startApp()
    const merchant = { id: await insertUser(app, 'merchant'), role: 'merchant' as const }
    const token = () => tokenFor(app, merchant)
    const account = app.newAccount()
    const ways: [string, string, object][] = [
      ['POST', '/api/users/create/', { ...account, role: 'admin' }],
      ['PUT', '/api/users/update/', { role: 'admin' }],
      ['PATCH', `/api/admin/users/${merchant.id}/`, { role: 'admin', reason: 'why not' }],
      ['POST', `/api/admin/users/${merchant.id}/grants/x/approve/`, {}],
      ['POST', '/api/admin/bootstrap/', { token: randomToken(), email: account.email }],
      [
        'POST',
        '/api/users/accept-invitation/',
        { token: randomToken(), password: 'x', role: 'admin' },
      ],
    ]
    for (const [method, path, json] of ways) {
      const answer = await app.send(method, path, {
        json,
        token: await token(),
        ip: freshAddress(),
      })
      expect([path, isShut(answer)]).toEqual([path, true])
    }
    const { results } = await env.DB.prepare(
      `SELECT id FROM users WHERE role = 'admin' AND (email = ? OR id = ?)`,
    )
      .bind(account.email, merchant.id)
      .run()
    expect(results).toEqual([])
  })

  test('E-108: a flood of refusals is counted, for each permission and hour', async ({
    expect,
  }) => {
    const app = startApp()
    const user = { id: await insertUser(app, 'customer'), role: 'customer' as const }
    const refused = async (path: string, times: number) => {
      const token = await tokenFor(app, user)
      const tries = Array.from({ length: times }, () => ask(app, 'GET', path, token))
      const answers = await Promise.all(tries)
      expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['forbidden']))
      const { results } = await env.DB.prepare(
        `SELECT data FROM audit_events WHERE user_id = ? AND event = 'authz_fail' ORDER BY id`,
      )
        .bind(user.id)
        .run<{ data: string }>()
      return results.map(({ data }) => {
        const fields = JSON.parse(data) as { permission: string; role: string; count?: number }
        const { permission, role, count = 1 } = fields
        return `${role} ${permission} ${count}`
      })
    }
    const flood = many(50)
    const counted = (permission: string) =>
      [1, 2, 4, 8, 16, 32]
        .filter((count) => count <= flood)
        .map((count) => `customer ${permission} ${count}`)
    const users = counted('user_administration')
    expect(await refused('/api/admin/users/', flood)).toEqual(users)
    expect(await refused('/api/admin/acts/', 1)).toEqual(users)
    const both = [...users, ...counted('merchant_review')]
    expect(await refused('/api/admin/merchants/', flood)).toEqual(both)
    app.advance(3590)
    expect(await refused('/api/admin/users/', 1)).toEqual(both)
    app.advance(11)
    expect(await refused('/api/admin/users/', 1)).toEqual([
      ...both,
      'customer user_administration 1',
    ])
  })
})
