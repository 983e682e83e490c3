import { describe, test } from 'vitest'
import { me, refresh, signedIn } from '../support/acts'
import { startApp } from '../support/app'
import { eventsOf } from '../support/rows-of'

describe('refresh', () => {
  test('E-070: a token whose successor was used ends the session for both', async ({ expect }) => {
    const app = startApp()
    const { account, refreshToken: first } = await signedIn(app)
    const second = (await refresh(app, first)).body.refresh_token ?? ''
    const third = await refresh(app, second)
    expect(third.status).toBe(200)
    const reused = await refresh(app, first)
    expect([reused.status, reused.body.code]).toEqual([401, 'invalid_refresh_token'])
    expect((await refresh(app, third.body.refresh_token ?? '')).status).toBe(401)
    expect((await me(app, { token: third.body.access_token ?? '' })).status).toBe(401)
    const events = (await eventsOf(account.email)).map(({ event }) => event)
    expect(events.at(-1)).toBe('authn_token_reuse')
  })

  test('E-070: a lost answer costs nothing, and the token it carried is then a stolen one', async ({
    expect,
  }) => {
    const app = startApp()
    const { refreshToken: first } = await signedIn(app)
    const lost = (await refresh(app, first)).body.refresh_token ?? ''
    app.advance(3600)
    const retried = (await refresh(app, first)).body.refresh_token ?? ''
    expect(retried).not.toBe(lost)
    expect((await refresh(app, lost)).status).toBe(401)
    expect((await refresh(app, retried)).status).toBe(401)
  })

  test('garbage in the name of a session does not end it', async ({ expect }) => {
    const app = startApp()
    const { refreshToken, userId, sessionId } = await signedIn(app)
    const forged = `${userId}.${sessionId}.${'A'.repeat(43)}.${'A'.repeat(43)}`
    expect((await refresh(app, forged)).status).toBe(401)
    expect((await refresh(app, refreshToken)).status).toBe(200)
  })

  test('cannot carry a session past its absolute end', async ({ expect }) => {
    const app = startApp()
    const { refreshToken } = await signedIn(app)
    let token = refreshToken
    for (let day = 5; day <= 30; day += 5) {
      // The last one comes five seconds before the end.
      app.advance(5 * 86_400 - (day === 30 ? 5 : 0))
      const answer = await refresh(app, token)
      expect([day, answer.status]).toEqual([day, 200])
      token = answer.body.refresh_token ?? ''
    }
    app.advance(5)
    expect((await refresh(app, token)).status).toBe(401)
  })

  test('ends after the idle time of the role', async ({ expect }) => {
    const app = startApp()
    const rested = await signedIn(app)
    app.advance(7 * 86_400 - 2)
    expect((await refresh(app, rested.refreshToken)).status).toBe(200)
    const overslept = await signedIn(app)
    app.advance(7 * 86_400)
    expect((await refresh(app, overslept.refreshToken)).status).toBe(401)
  })
})
