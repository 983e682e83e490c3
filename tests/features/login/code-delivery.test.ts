import { env } from 'cloudflare:workers'
import { afterEach, test } from 'vitest'
import { signedIn, withTotp } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'

const setStatus = (values: string) =>
  env.DB.prepare(
    `INSERT OR REPLACE INTO mail_status (id, level, level_day, pause_reason) VALUES (1, ${values})`,
  ).run()

afterEach(() => env.DB.prepare('DELETE FROM mail_status').run())

test('a login says that its code may be late, by how mail stands and never by the account', async ({
  expect,
}) => {
  const app = startApp()
  const { account, deviceCookie } = await signedIn(app)
  const login = async (cookie?: string) => {
    const { email: identifier, password } = account
    const sent = { identifier, password }
    const answer = await app.post('/api/auth/login/', sent, { ip: freshAddress(), cookie })
    return answer.body['code_delivery'] as unknown
  }
  expect([await login(), await login(deviceCookie)]).toEqual(['normal', 'normal'])
  const today = Math.floor(app.now().getTime() / 86_400_000)
  for (const [values, stranger, known] of [
    [`'low', ${today}, NULL`, 'delayed', 'normal'],
    [`'out', ${today}, NULL`, 'delayed', 'delayed'],
    [`'out', ${today - 1}, NULL`, 'normal', 'normal'],
    [`'ok', NULL, 'sign_in_refused'`, 'delayed', 'delayed'],
  ] as const) {
    await setStatus(values)
    expect([values, await login(), await login(deviceCookie)]).toEqual([values, stranger, known])
  }
})

test('a step-up says so too, and nothing is said of a code that is not mailed', async ({
  expect,
}) => {
  const app = startApp()
  const { account, accessToken } = await signedIn(app)
  await setStatus(`'ok', NULL, 'daily_limit'`)
  const stepUp = { password: account.password }
  const mailed = await app.post('/api/auth/step-up/', stepUp, { token: accessToken })
  expect(mailed.body).toMatchObject({ default_method: 'email', code_delivery: 'delayed' })
  const own = await withTotp(app)
  const { email: identifier, password } = own.account
  const answer = await app.post('/api/auth/login/', { identifier, password })
  expect(answer.body['default_method']).toBe('totp')
  expect(answer.body).not.toHaveProperty('code_delivery')
})
