import { describe, test } from 'vitest'
import { refresh, signedIn } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { eventsOf } from '../../support/rows-of'
import { change, hasMerchant, PROFILE } from '../merchants/support'

const countOf = async (email: string, name: string) =>
  (await eventsOf(email)).filter(({ event }) => event === name).length

/** Seconds from now to the next midnight, UTC. */
const secondsToMidnight = (now: Date) => 86_400 - Math.floor((now.getTime() / 1000) % 86_400)

describe('what an owner does in a loop', () => {
  test('a session’s refreshes are recorded once a day', async ({ expect }) => {
    const app = startApp()
    app.advance(secondsToMidnight(app.now()))
    const { account, refreshToken } = await signedIn(app)
    let token = refreshToken
    const renew = async (times: number) => {
      for (let count = 0; count < times; count += 1) {
        token = (await refresh(app, token)).body.refresh_token ?? ''
      }
      return countOf(account.email, 'session_renewed')
    }
    expect(await renew(3)).toBe(1)
    app.advance(secondsToMidnight(app.now()) - 5)
    expect(await renew(2)).toBe(1)
    app.advance(5)
    expect(await renew(3)).toBe(2)
    const other = await signedIn(app)
    await refresh(app, other.refreshToken)
    expect(await countOf(other.account.email, 'session_renewed')).toBe(1)
  })

  test('a profile that is set to what it is leaves no event', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken: token } = await signedIn(app)
    const put = async (json: unknown) => {
      const ip = freshAddress()
      return (await app.send('PUT', '/api/users/update/', { json, token, ip })).body
    }
    const first = await put({ display_name: 'Ada', locale: 'de' })
    expect(await put({ display_name: 'Ada', locale: 'de' })).toEqual(first)
    await put({ username: account.username })
    expect(await countOf(account.email, 'user_updated')).toBe(1)
    await put({ display_name: 'Ada', locale: 'fr' })
    const events = await eventsOf(account.email)
    expect(events.filter(({ event }) => event === 'user_updated').map(({ data }) => data)).toEqual([
      '{"fields":"display_name locale"}',
      '{"fields":"locale"}',
    ])
  })

  test('a business profile that is set to what it is has no next version and no event', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await hasMerchant(app)
    const begun = { state: 'draft', version: 1 }
    expect((await change(app, merchant, { version: 0, ...PROFILE })).body).toEqual(begun)
    expect((await change(app, merchant, { version: 1, ...PROFILE })).body).toEqual(begun)
    expect((await change(app, merchant, { version: 0, ...PROFILE })).status).toBe(409)
    const next = await change(app, merchant, { version: 1, ...PROFILE, phone: '020 555 0124' })
    expect(next.body).toEqual({ ...begun, version: 2 })
    expect(await countOf(merchant.email, 'merchant_profile_changed')).toBe(2)
  })

  test('a session that is over is ended once', async ({ expect }) => {
    const app = startApp()
    const { account, userId, accessToken, refreshToken, sessionId } = await signedIn(app)
    expect(userId).not.toBe('')
    const logout = () =>
      app.post('/api/auth/logout/', { refresh_token: refreshToken }, { ip: freshAddress() })
    const end = () =>
      app.send('DELETE', `/api/auth/sessions/${sessionId}/`, {
        token: accessToken,
        ip: freshAddress(),
      })
    expect([(await logout()).status, (await logout()).status, (await end()).status]).toEqual([
      204, 401, 401,
    ])
    expect(await countOf(account.email, 'session_ended')).toBe(1)
  })
})
