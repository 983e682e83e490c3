import { describe, test } from 'vitest'
import { SAME_ORIGIN, signedIn } from '../support/acts'
import { ORIGIN, startApp } from '../support/app'
import { storedText } from '../support/attack'
import { guardedRoutes } from '../support/guarded-routes'

const reads = guardedRoutes.filter(({ method }) => method === 'GET')
const ALL_BUT_ONE = reads.filter(({ path }) => !path.endsWith('/backup-codes'))

/** Long enough for a use of a session to be noted. */
const LATER = 120

describe('E-075 a read with our cookie', () => {
  test.for([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://shop.phantom.test' },
    { Origin: 'null' },
  ] as Record<string, string>[])(
    'that a page of another host causes (%o) reads nothing and changes nothing',
    async (headers, { expect }) => {
      const app = startApp()
      const { sessionCookie: cookie } = await signedIn(app, 'cookie')
      app.advance(LATER)
      const before = await storedText()
      expect(ALL_BUT_ONE.length).toBeGreaterThan(15)
      for (const { path } of ALL_BUT_ONE) {
        const { status, body } = await app.send('GET', path, { cookie, headers })
        expect([path, status, body.code]).toEqual([path, 403, 'cross_site_request'])
      }
      expect(await storedText()).toBe(before)
    },
  )

  test.for([{}, SAME_ORIGIN.headers, { 'Sec-Fetch-Site': 'none' }, { Origin: ORIGIN }] as Record<
    string,
    string
  >[])(
    'of our own page, a typed address or no browser (%o) is answered',
    async (headers, { expect }) => {
      const app = startApp()
      const { sessionCookie: cookie } = await signedIn(app, 'cookie')
      expect((await app.send('GET', '/api/users/me/', { cookie, headers })).status).toBe(200)
    },
  )

  test('is no matter of a token, which no page of another host has', async ({ expect }) => {
    const app = startApp()
    const { accessToken: token } = await signedIn(app)
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://app.phantom.test' }
    expect((await app.send('GET', '/api/users/me/', { token, headers })).status).toBe(200)
  })
})
