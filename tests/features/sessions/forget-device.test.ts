import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { type App, refresh, signedIn, STEP_UP_PASSED_SECONDS } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { failLogin } from '../../support/attack'
import { mailsNamed } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'
import { withoutLimits } from '../../support/test-deps'

const FORGOTTEN = 'A browser was forgotten'

async function devicesOf(app: App, token: string) {
  const { body } = await app.send('GET', '/api/auth/devices/', { token })
  return body['devices'] as { id: string }[]
}

const forget = (app: App, token: string, id: string, ip = freshAddress()) =>
  app.send('DELETE', `/api/auth/devices/${id}/`, { token, ip })

const forgottenEvents = async (email: string) =>
  (await eventsOf(email)).filter(({ event }) => event === 'device_forgotten')

describe('a browser is forgotten', () => {
  test('by no stolen session: without a step-up the owner stays known, and is not locked out', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, deviceCookie: cookie } = await signedIn(app)
    const stolen = await openSession(app.deps(), userId)
    app.advance(STEP_UP_PASSED_SECONDS)
    const token = (await refresh(app, stolen.refreshToken)).body.access_token ?? ''
    for (const { id } of await devicesOf(app, token)) {
      const { status, body } = await forget(app, token, id)
      expect([status, body.code]).toEqual([401, 'insufficient_user_authentication'])
    }
    expect(await devicesOf(app, token)).toHaveLength(2)
    await failLogin(app, account.email, 5)
    const { email: identifier, password } = account
    const enter = await app.post('/api/auth/login/', { identifier, password }, { cookie })
    expect(enter.status).toBe(200)
    expect(await forgottenEvents(account.email)).toEqual([])
  })

  test('with one event and one mail that names it, however many ask at once; the step-up stays', async ({
    expect,
  }) => {
    const app = startApp(withoutLimits)
    const ada = await app.hasAccount()
    const headers = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0' }
    await app.signIn(ada, {}, { headers })
    const { accessToken: token } = await app.signIn(ada)
    const [first, second] = (await devicesOf(app, token)).toReversed()
    const race = Array.from({ length: many(20) }, () => forget(app, token, first?.id ?? ''))
    const statuses = (await Promise.all(race)).map(({ status }) => status)
    expect(statuses).toContain(204)
    expect(await forgottenEvents(ada.email)).toHaveLength(1)
    const [mail] = await mailsNamed(ada.email, FORGOTTEN)
    expect(mail?.text).toContain('Firefox on Linux')
    expect((await forget(app, token, second?.id ?? '')).status).toBe(204)
    expect(await mailsNamed(ada.email, FORGOTTEN)).toHaveLength(2)
  })
})
