import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import type { App } from '../../support/acts'
import { act, hasAdmin } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { mailAbout, mailsTo, nextMail, tokenIn } from '../../support/mailbox'
import { askReset, setUser } from '../../support/recovery'
import { userIdOf } from '../../support/rows-of'

const RESET = '/api/auth/reset-password/'

/** A stranger asks for links in this name, from so many networks five times each. */
async function useUp(app: App, path: string, email: string, networks: number) {
  for (let network = 0; network < networks; network++) {
    const ip = freshAddress()
    for (let count = 0; count < 5; count++) {
      await app.post(path, { email }, { ip })
      app.advance(61)
    }
  }
}

async function holder(app: App, assignment: string) {
  const account = await app.hasAccount()
  if (assignment !== '') await setUser(account, assignment)
  return account
}

const signUp = (app: App, email: string, ip = freshAddress()) =>
  app.post('/api/users/create/', { email, password: 'the stranger chose these words' }, { ip })

const resets = async (email: string) =>
  (await mailsTo(email)).filter(({ subject }) => subject === 'Set a new password').length

describe('a stranger who asks first', () => {
  test('leaves its owner the reset, from another network', async ({ expect }) => {
    const app = startApp()
    const { email } = await app.hasAccount()
    await useUp(app, RESET, email, 1)
    await askReset(app, email)
    expect(await resets(email)).toBe(6)
  })

  test('with six networks has thirty mails a day, and leaves browsers that the account knows, and admins, theirs', async ({
    expect,
  }) => {
    const app = startApp()
    const account = await app.hasAccount()
    const { email } = account
    const userId = await userIdOf(account)
    const { deviceCookie: cookie } = await openSession(app.deps(), userId)
    await useUp(app, RESET, email, 6)
    await askReset(app, email)
    expect(await resets(email)).toBe(30)
    await app.post(RESET, { email }, { ip: freshAddress(), cookie })
    expect(await resets(email)).toBe(31)
    app.advance(61)
    await act(app, await hasAdmin(app), `${userId}/reset-password`)
    expect(await resets(email)).toBe(32)
    // The cookie of another account is none.
    const other = await openSession(app.deps(), await userIdOf(await app.hasAccount()))
    await app.post(RESET, { email }, { ip: freshAddress(), cookie: other.deviceCookie })
    expect(await resets(email)).toBe(32)
  })

  test('with sign-ups has no more mails sent than with resets', async ({ expect }) => {
    const app = startApp()
    const { email } = await app.hasAccount()
    const ip = freshAddress()
    await signUp(app, email, ip)
    await signUp(app, email, ip)
    expect(await mailsTo(email)).toHaveLength(1)
    app.advance(61)
    await signUp(app, email, ip)
    expect(await mailsTo(email)).toHaveLength(2)
  })

  test('with six networks uses up all links but that of the first sign-up', async ({ expect }) => {
    const app = startApp()
    const { email } = app.newAccount()
    await useUp(app, '/api/auth/verify-email/resend/', email, 6)
    await signUp(app, email)
    await signUp(app, email)
    expect(await mailsTo(email)).toHaveLength(1)
  })

  test('gets no more resets of a frozen account by sign-ups', async ({ expect }) => {
    const app = startApp()
    const { email } = await holder(app, 'frozen_at = 1')
    await askReset(app, email)
    await signUp(app, email)
    expect(await resets(email)).toBe(1)
    app.advance(61)
    await signUp(app, email)
    expect(await resets(email)).toBe(2)
  })

  test('leaves the owner of an address the sign-up, and the link again', async ({ expect }) => {
    const app = startApp()
    const account = app.newAccount()
    const { email } = account
    const stranger = { email, password: 'the stranger chose these words' }
    const theirs = freshAddress()
    await app.post('/api/users/create/', stranger, { ip: theirs })
    for (let count = 0; count < 4; count++) {
      app.advance(61)
      await app.post('/api/auth/verify-email/resend/', { email }, { ip: theirs })
    }
    const ip = freshAddress()
    await app.post('/api/users/create/', account, { ip })
    app.advance(61)
    await app.post('/api/auth/verify-email/resend/', { email }, { ip })
    const mails = await mailsTo(email)
    expect(mails).toHaveLength(7)
    const [last] = mails.slice(-1)
    expect(last?.text).toContain(ip)
    const token = tokenIn(last ?? { subject: '', text: '' })
    expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(200)
    await app.startLogin(account)
  })

  test('who knows the password leaves browsers that the account knows their codes again', async ({
    expect,
  }) => {
    const app = startApp()
    const account = await app.hasAccount()
    const { deviceCookie: cookie } = await openSession(app.deps(), await userIdOf(account))
    const again = (challenge: string) => app.post('/api/auth/resend-otp/', { challenge })
    const theirs = await app.startLogin(account)
    const answers = []
    for (let count = 0; count < 6; count++) {
      app.advance(61)
      answers.push((await again(theirs)).status)
    }
    expect(answers).toEqual([202, 202, 202, 202, 202, 429])
    const own = await app.startLogin(account, {}, { cookie })
    app.advance(61)
    expect((await again(own)).status).toBe(202)
  })
})

test('the owner of an address that another account asks for is told what can be done', async ({
  expect,
}) => {
  const app = startApp()
  const states = [
    ['', /give yours another address first/],
    ['frozen_at = 1', /ask for a new password/],
    ["status = 'disabled'", /ask for a new password/],
    ['erasure_due_at = 4e12', /ask for a new password/],
  ] as const
  for (const [assignment, advice] of states) {
    const { email } = await holder(app, assignment)
    const asker = await openSession(app.deps(), await userIdOf(await app.hasAccount()))
    const ip = freshAddress()
    await app.post('/api/users/change-email/', { email }, { token: asker.accessToken, ip })
    expect((await mailAbout(email, /wanted to use/)).text).toMatch(advice)
  }
})

test('the refusal of a right password says what can be done', async ({ expect }) => {
  const app = startApp()
  const states = ['frozen_at = 1', "status = 'disabled'", 'erasure_due_at = 4e12']
  for (const assignment of states) {
    const { email, password } = await holder(app, assignment)
    const json = { identifier: email, password }
    const { status, body } = await app.post('/api/auth/login/', json, { ip: freshAddress() })
    expect([status, body['detail']]).toEqual([403, expect.stringContaining('new password')])
    await askReset(app, email)
    expect((await nextMail(email)).text).toMatch(/#token=|reach our team/)
  }
})

test('an admin cannot start the reset of a closing account, whose owner would hear nothing', async ({
  expect,
}) => {
  const app = startApp()
  const account = await holder(app, 'erasure_due_at = 4e12')
  const path = `${await userIdOf(account)}/reset-password`
  const { status, body } = await act(app, await hasAdmin(app), path)
  expect([status, body.code]).toEqual([409, 'user_state'])
  expect(await mailsTo(account.email)).toEqual([])
})
