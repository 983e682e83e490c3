import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { startMail, withSettings } from '../platform/email/support'
import { signedIn } from '../support/acts'
import { type Account, freshAddress, startApp } from '../support/app'
import { mailsTo } from '../support/smtp-mailbox'

/** A service whose queue is taken to the mail server when the test says so, within a small day. */
function startDay(limit = 20) {
  const queue: string[] = []
  const mailQueue = {
    send: (body: string) => {
      queue.push(body)
      return Promise.resolve()
    },
  } as unknown as Deps['mailQueue']
  const noon = new Date('2026-11-24T12:00:00Z')
  const mail = startMail({ ...withSettings({ EMAIL_DAILY_LIMIT: limit }), now: () => noon })
  const app = startApp((deps) => ({ ...deps, mailQueue }))
  const login = (
    { email: identifier, password }: Omit<Account, 'username'>,
    ip: string,
    cookie?: string,
  ) => app.post('/api/auth/login/', { identifier, password }, { ip, cookie })
  const deliver = async () => {
    while (queue.length > 0) {
      await mail.deliver(queue.splice(0, 20).map((body) => mail.message(body)))
    }
  }
  return { app, login, deliver }
}

/** A /48 that no other test has used. */
const newSite = () => `2001:db8:${crypto.randomUUID().slice(0, 4)}`

/** So that a stranger's accounts are no younger than anyone's. */
const age = () => env.DB.prepare('UPDATE users SET created_at = created_at - 864000000').run()

describe('a stranger behind one IPv6 /48 leaves the mails of a day to others', () => {
  test.for(['young', 'old'])('with 22 %s accounts', async (kind, { expect }) => {
    const { app, login, deliver } = startDay()
    const [honest, known] = [await app.hasAccount(), await signedIn(app)]
    await age()
    const bad = await Promise.all(Array.from({ length: 22 }, () => app.hasAccount()))
    if (kind === 'old') await age()
    const site = newSite()
    for (const [index, account] of bad.entries()) {
      expect((await login(account, `${site}:${index}::1`)).status).toBe(200)
    }
    await deliver()
    const newcomer = app.newAccount()
    await login(honest, freshAddress())
    await login(known.account, freshAddress(), known.deviceCookie)
    await app.post('/api/users/create/', newcomer, { ip: freshAddress() })
    await deliver()
    for (const { email } of [honest, known.account, newcomer]) {
      expect(await mailsTo(email), email).toHaveLength(1)
    }
  })

  test('by locks of as many known addresses', async ({ expect }) => {
    const { app, login, deliver } = startDay(10)
    const honest = await app.hasAccount()
    const victims = await Promise.all(Array.from({ length: 10 }, () => app.hasAccount()))
    for (const { email } of victims) {
      for (let tries = 0; tries < 5; tries += 1) {
        await login({ email, password: 'wrong' }, freshAddress())
      }
    }
    await deliver()
    const { email } = honest
    await app.post('/api/auth/reset-password/', { email }, { ip: freshAddress() })
    await deliver()
    expect(await mailsTo(email)).toHaveLength(1)
  })
})

test('what is left to a network does not tell whether an address has an account', async ({
  expect,
}) => {
  const { app, deliver } = startDay()
  const owners = await Promise.all(Array.from({ length: 12 }, () => app.hasAccount()))
  const free = Array.from({ length: 12 }, () => app.newAccount())
  const isOwnMailSent = async (asked: readonly Account[]) => {
    const ip = freshAddress()
    for (const { email } of asked) await app.post('/api/auth/reset-password/', { email }, { ip })
    const own = app.newAccount()
    await app.post('/api/users/create/', own, { ip })
    await deliver()
    return (await mailsTo(own.email)).length
  }
  expect(await isOwnMailSent(free)).toBe(await isOwnMailSent(owners))
})
