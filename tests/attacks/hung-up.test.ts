import { describe, test } from 'vitest'
import { signedIn, wrongCodes } from '../support/acts'
import { eventsOf, nextCode, startApp } from '../support/app'
import { collectingLog } from '../support/attack'
import { env } from 'cloudflare:workers'

describe('whoever hangs up before the answer', () => {
  test('leaves a check that goes on: what the guard counts is recorded and told', async ({
    expect,
  }) => {
    let waited: Promise<unknown>[] = []
    const app = startApp((deps) => ({
      ...deps,
      waitUntil: (work) => {
        waited.push(work)
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
      waited = []
      const answer = act()
      while (waited.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      await Promise.all(waited)
      expect((await eventsOf(account.email)).at(-1)?.event).toBe(name)
      expect((await answer).status).toBe(401)
    }
  })

  test('shows in the log where the check was dropped all the same', async ({ expect }) => {
    const guard = env.ACCOUNT_GUARD.getByName('dropped and logged')
    const logged = await collectingLog(async () => {
      {
        const now = Date.now()
        using place = await guard.reservePassword({ device: null, isKnown: true, now })
        expect(place.attempt).not.toBeNull()
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    })
    expect(logged).toContain('attempt_dropped')
  })
})
