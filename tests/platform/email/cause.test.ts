import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { causingAccountOf } from '../../../src/platform/email/cause'
import { openMail } from '../../../src/platform/email/queued-mail'
import { signedIn } from '../../support/acts'
import { hasAdmin, REASON } from '../../support/admins'
import type { Account } from '../../support/app'
import { userIdOf } from '../../support/rows-of'
import { age, DAY_MS, startCauses } from './causes'

describe('a code', () => {
  test.for([
    ['old', 'known', 'known'],
    ['old', 'new', 'account'],
    ['young', 'known', 'young'],
    ['young', 'new', 'young'],
  ] as const)(
    'of an account that is %s, in a %s browser',
    async ([years, browser, standing], { expect }) => {
      const { app, queued, login } = startCauses()
      const { account, userId, deviceCookie } = await signedIn(app)
      if (years === 'old') await age(account)
      const started = await login(account, browser === 'known' ? deviceCookie : undefined)
      expect(await queued()).toMatchObject([{ name: 'login_code', standing, account: userId }])
      app.advance(61)
      await app.post('/api/auth/resend-otp/', { challenge: started.body.challenge })
      expect(await queued()).toMatchObject([{ name: 'login_code', standing, account: userId }])
    },
  )

  test('of a step-up is of a session', async ({ expect }) => {
    const { app, queued } = startCauses()
    const { account, accessToken } = await signedIn(app)
    await age(account)
    const { password } = account
    await app.post('/api/auth/step-up/', { password }, { token: accessToken })
    expect(await queued()).toMatchObject([{ name: 'login_code', standing: 'known' }])
  })
})

test('an account is old after three days, an admin at once', ({ expect }) => {
  const now = Date.UTC(2026, 10, 24)
  const isOld = (ms: number, role = 'customer') => {
    const user = { id: 'usr_x', role, createdAt: new Date(now - ms) }
    return causingAccountOf({ now: () => new Date(now) }, user).isOld
  }
  expect(isOld(3 * DAY_MS - 1)).toBe(false)
  expect(isOld(3 * DAY_MS)).toBe(true)
  expect(isOld(0, 'admin')).toBe(true)
})

test('what a stranger asks for counts alike, whatever stands behind the address', async ({
  expect,
}) => {
  const { app, queued } = startCauses()
  const ip = '2001:db8:1:2:3:4:5:6'
  const by = { standing: 'stranger', account: null, network: '2001:db8:1:2', site: '2001:db8:1' }
  const asked = async (email: string) => {
    await app.post('/api/auth/reset-password/', { email }, { ip })
    await app.post('/api/users/create/', { ...app.newAccount(), email }, { ip })
    app.advance(61)
    await app.post('/api/auth/verify-email/resend/', { email }, { ip })
    const now = app.now().getTime()
    return (await queued()).map(({ name: _name, expiresAt = 0, ...counted }) => ({
      ...counted,
      minutes: Math.round((expiresAt - now) / 60_000),
    }))
  }
  const [active, closing, disabled] = await Promise.all([
    app.hasAccount(),
    app.hasAccount(),
    app.hasAccount(),
  ])
  const set = (change: string, { email }: Account) =>
    env.DB.prepare(`UPDATE users SET ${change} WHERE email = ?`).bind(email).run()
  await set(`erasure_due_at = ${app.now().getTime() + 9 * DAY_MS}`, closing)
  await set(`status = 'disabled'`, disabled)
  for (const { email } of [active, closing, disabled, app.newAccount()]) {
    const signUp = { kind: 'sign_up', ...by }
    expect(await asked(email)).toEqual([
      { kind: 'reset', ...by, minutes: 59 },
      { ...signUp, minutes: 1439 },
      { ...signUp, minutes: 1440 },
    ])
  }
})

test('a link to another address counts for the account that asked, not for its owner', async ({
  expect,
}) => {
  const { app, queued } = startCauses()
  const taken = await app.hasAccount()
  for (const email of [taken.email, app.newAccount().email]) {
    const { account, userId, accessToken } = await signedIn(app)
    await age(account)
    await app.post('/api/users/change-email/', { email }, { token: accessToken })
    const [notice, toOther] = await queued()
    expect(notice).toMatchObject({ name: 'email_change_requested', account: userId })
    expect(toOther).toMatchObject({ standing: 'known', account: userId })
  }
})

test('what an admin does is of the service', async ({ expect }) => {
  const { app, queued } = startCauses()
  const { accessToken: token } = await hasAdmin(app)
  await queued()
  const id = await userIdOf(await app.hasAccount())
  await app.post(`/api/admin/users/${id}/reset-password/`, { reason: REASON }, { token })
  await app.post(`/api/admin/users/${id}/disable/`, { reason: REASON }, { token })
  const by = { standing: 'service', account: null, network: null }
  expect(await queued()).toMatchObject([
    { name: 'reset_password', ...by },
    { name: 'account_disabled', ...by },
  ])
})

describe('what a stranger has caused and must not see counts for no network', () => {
  const unseen = { standing: 'stranger', account: null, network: null, site: null }

  test('the link of a sign-up after a wrong password for it', async ({ expect }) => {
    const { app, queued, login } = startCauses()
    const account = app.newAccount()
    await app.post('/api/users/create/', account)
    await queued()
    app.advance(61)
    await login({ ...account, password: 'wrong' })
    expect(await queued()).toMatchObject([{ name: 'verify_email', ...unseen }])
  })

  test('the lock of an account that has had enough by both its names', async ({ expect }) => {
    const { app, login } = startCauses()
    const account = await app.hasAccount()
    const { email, username } = account
    await env.DB.prepare('DELETE FROM waiting_mails').run()
    for (const name of [email, email, email, username, username]) {
      await login({ ...account, email: name, password: 'wrong' })
    }
    const { results } = await env.DB.prepare('SELECT body FROM waiting_mails').run<{
      body: string
    }>()
    const [mail, ...others] = await Promise.all(
      results.map(({ body }) => openMail(app.deps(), body)),
    )
    expect(others).toEqual([])
    expect(mail).toMatchObject({ template: 'account_locked', to: email, cause: 'unseen' })
  })
})
