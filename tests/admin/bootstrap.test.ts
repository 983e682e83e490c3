import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import type { Deps } from '../../src/platform/deps'
import { settings } from '../../src/platform/settings'
import { acceptInvitation, columnOf, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { visible } from '../support/attack'
import { noQueue, sendWaiting } from '../support/mail-faults'
import { mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { eventsOf, userIdOf } from '../support/rows-of'

const withSecret = (secret: string | undefined) => (deps: Deps) => ({
  ...deps,
  settings: { ...deps.settings, BOOTSTRAP_TOKEN: secret },
})

const nobodyIsAdmin = () =>
  env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()

const start = (app: ReturnType<typeof startApp>, token: string, email: string) =>
  app.post('/api/admin/bootstrap/', { token, email }, { ip: freshAddress() })

describe('the first admin', () => {
  test('is invited although the queue is down, in a mail that waits', async ({ expect }) => {
    await nobodyIsAdmin()
    const secret = randomToken()
    const app = startApp((deps) => noQueue()(withSecret(secret)(deps)))
    const account = app.newAccount()
    expect((await start(app, secret, account.email)).status).toBe(202)
    await sendWaiting()
    const token = tokenIn(await nextMail(account.email))
    expect((await acceptInvitation(app, token, account)).status).toBe(200)
  })

  test('E-036: is invited with the secret, once among parallel tries', async ({ expect }) => {
    await nobodyIsAdmin()
    const secret = randomToken()
    const app = startApp(withSecret(secret))
    const account = app.newAccount()
    const count = many(50)
    const answers = await Promise.all(
      Array.from({ length: count }, () => start(app, secret, account.email)),
    )
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(count - 1)
    const link = tokenIn(await nextMail(account.email))
    expect(await mailsTo(account.email, { after: 1 })).toEqual([])

    expect(await columnOf(await userIdOf(account), 'role')).toBe('customer')
    expect((await acceptInvitation(app, link, account)).status).toBe(200)
    const id = await userIdOf(account)
    expect([await columnOf(id, 'role'), await columnOf(id, 'status')]).toEqual(['admin', 'active'])
    expect((await eventsOf(account.email)).map(({ event }) => event)).toEqual([
      'sys_bootstrap',
      'user_invitation_accepted',
    ])
    // A mailed code is no second factor of an admin.
    const token = await tokenFor(app, { id }, 'email')
    const list = await app.send('GET', '/api/admin/users/', { token })
    expect(list.body.code).toBe('insufficient_user_authentication')
  })

  test('a wrong, a used, an absent secret and one beside an admin answer alike', async ({
    expect,
  }) => {
    await nobodyIsAdmin()
    const secret = randomToken()
    const app = startApp(withSecret(secret))
    const { email } = app.newAccount()
    const wrong = visible(await start(app, randomToken(), email))
    expect(wrong.status).toBe(404)
    const absent = startApp(withSecret(undefined))
    expect(visible(await start(absent, secret, email))).toEqual(wrong)
    const admin = await insertUser(app, 'admin', `status = 'disabled'`)
    expect(visible(await start(app, secret, email))).toEqual(wrong)
    await env.DB.prepare(`UPDATE users SET role = 'merchant' WHERE id = ?`).bind(admin).run()
    expect((await start(app, secret, email)).status).toBe(202)
    expect(visible(await start(app, secret, app.newAccount().email))).toEqual(wrong)
  })

  test('needs a secret of 32 random bytes; a placeholder stops the start', ({ expect }) => {
    const start = (BOOTSTRAP_TOKEN: string | undefined) => settings({ ...env, BOOTSTRAP_TOKEN })
    for (const weak of [
      '',
      'secret',
      'A'.repeat(43),
      randomToken().slice(1),
      `change-me${randomToken()}`,
    ]) {
      expect(() => start(weak)).toThrow('Invalid or missing settings: BOOTSTRAP_TOKEN')
    }
    expect(start(undefined).BOOTSTRAP_TOKEN).toBeUndefined()
    const secret = randomToken()
    expect(start(secret).BOOTSTRAP_TOKEN).toBe(secret)
  })

  test('an address in use does not use the secret up', async ({ expect }) => {
    await nobodyIsAdmin()
    const secret = randomToken()
    const app = startApp(withSecret(secret))
    const { email } = await app.hasAccount()
    expect((await start(app, secret, email)).body.code).toBe('address_taken')
    expect((await start(app, secret, app.newAccount().email)).status).toBe(202)
  })
})
