import { describe, test, vi } from 'vitest'
import { signedIn, wrongCodes } from '../support/acts'
import { eventsOf, nextCode, startApp } from '../support/app'
import { env } from 'cloudflare:workers'

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

  test('shows in the log where the check was dropped all the same', async ({ expect }) => {
    const guard = env.ACCOUNT_GUARD.getByName(`dropped ${crypto.randomUUID()}`)
    using warn = vi.spyOn(console, 'warn')
    {
      const now = Date.now()
      using place = await guard.reservePassword({ device: null, isKnown: true, now })
      expect(place.attempt).not.toBeNull()
    }
    // The guard hears of it a moment later.
    await vi.waitFor(() => {
      expect(warn.mock.calls.flat().join('\n')).toContain('attempt_dropped')
    }, 10_000)
  })
})
