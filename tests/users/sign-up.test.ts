import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { purgeExpired } from '../../src/jobs/purge-expired'
import { sha256 } from '../../src/platform/crypto/token'
import { createUser } from '../../src/users/create-user'
import { depsAt } from '../jobs/support'
import { freshAddress, startApp } from '../support/app'
import { type Mail, mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'

type App = ReturnType<typeof startApp>

const verify = (app: App, token: unknown) => app.post('/api/auth/verify-email/', { token })

/** An account that waits for its address to be confirmed, and the token of the mail. */
async function signedUp(app: App, ip = freshAddress()) {
  const account = app.newAccount()
  await app.post('/api/users/create/', account, { ip })
  return { account, token: tokenIn(await nextMail(account.email)) }
}

const waiting = (email: string) =>
  env.DB.prepare('SELECT count(*) AS count FROM sign_ups WHERE email = ?')
    .bind(email)
    .first('count')

describe('a sign-up', () => {
  test('no link is made within a minute of another, or a sixth time in an hour, by whatever a network asks', async ({
    expect,
  }) => {
    const app = startApp()
    const ip = { ip: freshAddress() }
    const { account, token } = await signedUp(app, ip.ip)
    const { email } = account
    const links = async () => {
      const { results } = await env.DB.prepare('SELECT token_hash FROM sign_ups WHERE email = ?')
        .bind(email)
        .run<{ token_hash: string }>()
      return results.map(({ token_hash: hash }) => hash).toSorted()
    }
    let before = await links()
    expect(before).toEqual([sha256(token)])
    const resend = () => app.post('/api/auth/verify-email/resend/', { email }, ip)
    const signUp = (more = {}) => app.post('/api/users/create/', { ...account, ...more }, ip)
    const stranger = () => signUp({ password: 'the stranger chose these words' })
    const isNew = []
    for (const [pause, ask] of [
      [30, stranger],
      [31, resend],
      [61, resend],
      [61, stranger],
      [61, signUp],
      [61, stranger],
      [61, resend],
    ] as const) {
      app.advance(pause)
      expect((await ask()).status).toBe(202)
      const after = await links()
      isNew.push(after.join() !== before.join())
      before = after
    }
    expect(isNew).toEqual([false, true, true, true, true, false, false])
    // The one that was mailed last opens the account of that sign-up.
    const mails = await mailsTo(email)
    expect(mails).toHaveLength(5)
    const [last] = mails.slice(-1) as [Mail]
    expect((await verify(app, tokenIn(last))).status).toBe(200)
    await app.startLogin(account)
    expect(await links()).toEqual([])
  })

  test('is not hindered by those who ask for links to an address that has no account', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    const { email } = account
    const ask = (path: string, json: unknown) => app.post(path, json, { ip: freshAddress() })
    for (let count = 0; count < 5; count++) {
      await ask('/api/auth/verify-email/resend/', { email })
      app.advance(61)
    }
    await ask('/api/users/create/', account)
    const token = tokenIn(await nextMail(email))
    await ask('/api/users/create/', { email, password: 'the stranger chose these words' })
    expect((await verify(app, token)).status).toBe(200)
    await app.startLogin(account)
  })

  test('keeps a link that is a minute young, which was mailed past the count; one that expired goes with the next', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    const ask = (path: string, json: unknown) => app.post(path, json, { ip: freshAddress() })
    const resend = () => ask('/api/auth/verify-email/resend/', { email: account.email })
    await resend()
    app.advance(30)
    await ask('/api/users/create/', account)
    const token = tokenIn(await nextMail(account.email))
    app.advance(31)
    await resend()
    expect(await mailsTo(account.email, { after: 1 })).toEqual([])
    app.advance(86_400)
    await ask('/api/users/create/', account)
    expect(await waiting(account.email)).toBe(1)
    expect((await verify(app, token)).status).toBe(400)
  })

  test('in parallel for one address, many of one network make one link and one account', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    const signUp = { ...account, role: 'customer' } as const
    // As over HTTP, but for the limit of sign-ups.
    await Promise.all(Array.from({ length: many(50) }, () => createUser(app.deps(), signUp)))
    const count = (table: string) =>
      env.DB.prepare(`SELECT count(*) AS count FROM ${table} WHERE email = ?`)
        .bind(account.email)
        .first('count')
    expect([await count('users'), await count('sign_ups')]).toEqual([0, 1])
    // One a minute: all sign-ups of a stranger are one mail, and its link is the live one.
    const token = tokenIn(await nextMail(account.email))
    expect((await mailsTo(account.email, { after: 1 })).length).toBe(0)
    expect((await verify(app, token)).status).toBe(200)
    expect([await count('users'), await count('sign_ups')]).toEqual([1, 0])
  })

  test('is kept thirty days, in which another link can be had', async ({ expect }) => {
    const app = startApp()
    const { account, token } = await signedUp(app)
    const { email } = account
    app.advance(30 * 86_400 - 60)
    await purgeExpired(depsAt(app))
    expect((await verify(app, token)).status).toBe(400)
    await app.post('/api/auth/verify-email/resend/', { email }, { ip: freshAddress() })
    const next = tokenIn((await mailsTo(email, { after: 1 }))[0] as Mail)
    app.advance(60)
    expect(await purgeExpired(depsAt(app))).toMatchObject({ sign_ups: 1 })
    expect((await verify(app, next)).status).toBe(400)
  })
})
