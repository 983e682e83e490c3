import { describe, test } from 'vitest'
import { signedIn, wrongCodes } from '../support/acts'
import { nextCode, startApp } from '../support/app'
import { eventsOf } from '../support/rows-of'

describe('whoever hangs up before the answer', () => {
  test('leaves a check that goes on: what the guard counts is recorded and told', async ({
    expect,
  }) => {
    let check = Promise.withResolvers<unknown>()
    const app = startApp((deps) => ({
      ...deps,
      waitUntil: (work) => {
        check.resolve(work)
        deps.waitUntil(work)
      },
    }))
    const { account } = await signedIn(app)
    const challenge = await app.startLogin(account)
    const [code = ''] = wrongCodes(await nextCode(account), 1)
    const login = { identifier: account.email, password: 'wrong' }
    const acts = {
      authn_login_fail: () => app.post('/api/auth/login/', login),
      authn_code_fail: () =>
        app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }),
    }
    for (const [name, act] of Object.entries(acts)) {
      check = Promise.withResolvers()
      const answer = act()
      await check.promise
      expect((await eventsOf(account.email)).at(-1)?.event).toBe(name)
      expect((await answer).status).toBe(401)
    }
  })
})
