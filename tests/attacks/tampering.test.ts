import { describe, test } from 'vitest'
import { freshAddress, startApp } from '../support/app'
import { me, signedIn } from '../support/acts'
import { insertUser, tokenFor } from '../support/admins'

const resend = (app: ReturnType<typeof startApp>, ip: string, headers = {}) =>
  app.post('/api/auth/verify-email/resend/', { email: 'nobody@example.com' }, { ip, headers })

describe('networks', () => {
  test('row 8 (CVE-2026-45364): however an address is spelled, it has one limit', async ({
    expect,
  }) => {
    const app = startApp()
    const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3))
    const hex = (value: number) => value.toString(16).padStart(2, '0')
    const v4 = `12.${a}.${b}.${c}`
    const spellings = [
      v4,
      `::ffff:${v4}`,
      `::FFFF:${v4}`,
      `0:0:0:0:0:ffff:${v4}`,
      `0000:0000:0000:0000:0000:ffff:0c${hex(a)}:${hex(b)}${hex(c)}`,
    ]
    for (let count = 0; count < 20; count++) {
      expect((await resend(app, spellings[count % spellings.length] ?? v4)).status).toBe(202)
    }
    for (const spelling of spellings) expect((await resend(app, spelling)).status).toBe(429)
  })
})

describe('bad credentials', () => {
  test('row 31 (workers-oauth-provider 188): a wrong secret ends nothing of anybody', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await signedIn(app)
    const eve = await signedIn(app)
    const ended = await app.post(
      '/api/auth/logout/',
      { refresh_token: `${ada.refreshToken.slice(0, -4)}AAAA` },
      { ip: freshAddress() },
    )
    expect(ended.status).not.toBe(500)
    await app.send('DELETE', `/api/auth/sessions/${ada.sessionId}/`, { token: eve.accessToken })
    expect((await me(app, { token: ada.accessToken })).status).toBe(200)
  })

  test('row 33 (GHSA-xmf8-cvqr-rfgj): a malformed Authorization is a 401, never a fault or a guest', async ({
    expect,
  }) => {
    const app = startApp()
    const headers = [
      '',
      ' ',
      'Bearer',
      'Bearer ',
      'Bearer  x',
      'Basic eDp5',
      'bearer a b',
      'Token x',
    ]
    for (const Authorization of [...headers, `Bearer ${'a.'.repeat(2000)}`, 'Bearer ..']) {
      for (const path of ['/api/users/me/', '/api/admin/users/', '/api/auth/sessions/']) {
        const answer = await app.send('GET', path, { headers: { Authorization } })
        expect([Authorization, answer.status]).toEqual([Authorization, 401])
      }
    }
    // Where a session is optional too.
    const answer = await app.post('/api/users/create/', app.newAccount(), {
      headers: { Authorization: 'Bearer x' },
    })
    expect(answer.body.code).toBe('invalid_access_token')
  })
})

describe('lists', () => {
  test('E-115: a cursor or filter that was tampered with is a 400, or shows one’s own', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const token = await tokenFor(app, admin)
    const cursor = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url')
    const queries = [
      'limit=0',
      'limit=-1',
      'limit=101',
      'limit=1e2',
      'limit=10&limit=20',
      'before=x',
      `before=${cursor(['created', '0', 'x'])}`,
      `before=${cursor(['created', 0, 'x', 'admin'])}`,
      `before=${cursor({ 0: 'created', 1: 0, 2: 'x' })}`,
      `before=${cursor(['password_hash', 'x'])}`,
      // Of another list, by its order or by how it begins.
      `before=${cursor(['email', 'a'])}`,
      `email=a&before=${cursor(['created', 0, 'x'])}`,
      `email=a&before=${cursor(['username', 'a'])}`,
      `email=b&before=${cursor(['email', 'a'])}`,
      `username=b&before=${cursor(['username', 'a'])}`,
      `name=b&before=${cursor(['name', 'a', 'x'])}`,
      `id=x&before=${cursor(['email', 'a'])}`,
      'order=id',
      'order=newest;drop',
      'role=root',
      'columns=password_hash',
      'email=%00',
    ]
    for (const query of queries) {
      const answer = await app.send('GET', `/api/admin/users/?${query}`, { token })
      expect([query, answer.status]).toEqual([query, 400])
    }
    const nowhere = `before=${cursor(['created', -1, "' OR 1=1 --"])}`
    const { body } = await app.send('GET', `/api/admin/users/?${nowhere}`, { token })
    expect(body).toEqual({ users: [], next: null })

    const eve = { id: await insertUser(app, 'customer'), role: 'customer' as const }
    const own = await tokenFor(app, eve)
    for (const query of ['before=999999999', 'limit=100']) {
      const path = `/api/users/me/activity/?${query}`
      const shown = (await app.send('GET', path, { token: own })).body['events']
      expect(shown).toMatchObject([{ event: 'authn_login_success' }])
    }
    for (const query of [`user_id=${admin.id}`, 'before=-1', 'from=0', 'limit=-5']) {
      const path = `/api/users/me/activity/?${query}`
      expect((await app.send('GET', path, { token: own })).status).toBe(400)
    }
  })
})
