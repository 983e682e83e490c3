import { describe, test } from 'vitest'
import {
  ask,
  change,
  decide,
  hasReviewer,
  submit,
  withProfile,
} from '../features/merchants/support'
import { me, signedIn } from '../support/acts'
import { insertUser, tokenFor } from '../support/admins'
import { freshAddress, nextCode, ORIGIN, startApp } from '../support/app'
import { everyRoute } from '../support/guarded-routes'
import { withoutLimits } from '../support/test-deps'

describe('classes of published advisories: HTTP', () => {
  test('row 14 (GHSA-5rr4-8452-hf4v): no address that somebody registers is fetched, from the form to the approval', async ({
    expect,
  }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const merchant = await withProfile(app)
    const { fetch } = globalThis
    const fetched: string[] = []
    globalThis.fetch = (input, init) => {
      fetched.push(new Request(input, init).url)
      return fetch(input, init)
    }
    try {
      // A public name that leads to the machine itself.
      const website = 'https://localtest.me/'
      expect((await change(app, merchant, { version: 1, website })).status).toBe(200)
      expect((await submit(app, merchant, 2)).status).toBe(200)
      await ask(app, reviewer, `/api/admin/merchants/${merchant.id}/`)
      expect((await decide(app, reviewer, merchant.id, 'approve', 3)).status).toBe(200)
    } finally {
      globalThis.fetch = fetch
    }
    expect(fetched.filter((url) => url.includes('localtest'))).toEqual([])
  })

  test('row 27 (CVE-2026-47673): an access token counts under the scheme Bearer alone, and no request writes a cookie’s attributes', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    expect((await me(app, { token: accessToken })).status).toBe(200)
    for (const scheme of ['Basic', 'Digest', 'Token', 'JWT', 'DPoP', 'Bearerx', 'x Bearer', '']) {
      const headers = { Authorization: `${scheme} ${accessToken}` }
      const answer = await app.send('GET', '/api/users/me/', { headers })
      expect([scheme, answer.status]).toEqual([scheme, 401])
    }
    const ip = freshAddress()
    const cookie = '__Host-phantom_device=x"; Domain=evil.example; SameSite=None; Path=/x'
    const options = { ip, cookie, headers: { Origin: ORIGIN } }
    const challenge = await app.startLogin(account, { transport: 'cookie' }, options)
    const code = await nextCode(account)
    const finish = { challenge, method: 'email', code }
    const opened = await app.post('/api/auth/verify-2fa/', finish, options)
    expect(opened.status).toBe(200)
    const cookies = opened.headers.getSetCookie()
    expect(cookies).toHaveLength(2)
    for (const line of cookies) {
      expect(line).toMatch(
        /^__Host-phantom_(session|device)=[\w.~-]+; Path=\/; Secure; HttpOnly; SameSite=Strict(; Max-Age=\d+)?$/,
      )
    }
  })

  test('E-081, E-082, row 29 (CVE-2026-39356): no name of a column, no order and no comparison comes from a query string', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const admin = { id: await insertUser(app, 'admin') }
    const token = await tokenFor(app, admin)
    const lists = everyRoute.filter(({ facet, method }) => facet.query && method === 'GET')
    expect(lists.length).toBeGreaterThan(4)
    const get = (path: string, query: string) =>
      app.send('GET', `${path}?${query}`, { token, ip: freshAddress() })
    const injected = [
      'id',
      'password_hash',
      '1 OR 1=1',
      `' OR '1'='1`,
      '"id" DESC; DROP TABLE users--',
      '(SELECT password_hash FROM users)',
    ]
    for (const { path, facet } of lists) {
      const isRefused = async (name: string) => {
        const { status } = await get(path, `${encodeURIComponent(name)}=1`)
        expect([path, name, status]).toEqual([path, name, 400])
      }
      const parameters = Object.keys(facet.query?.shape ?? {})
      const others = ['sort', 'order_by', 'columns', ...injected].filter(
        (name) => !parameters.includes(name),
      )
      await Promise.all(others.map(isRefused))
      const isValue = async (name: string, value: string) => {
        const { status, text } = await get(path, `${name}=${encodeURIComponent(value)}`)
        // Where any text is looked for, as a parameter of the statement, it is found nowhere.
        expect([path, name, value, [200, 400].includes(status)]).toEqual([path, name, value, true])
        if (status === 200) expect(text).not.toMatch(/"(id|entry)":/)
      }
      for (const name of parameters) {
        await Promise.all(injected.map((value) => isValue(name, value)))
      }
    }
  })
})
