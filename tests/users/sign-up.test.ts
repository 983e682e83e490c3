import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { sha256 } from '../../src/crypto/token'
import { freshAddress, startApp } from '../support/app'
import { type Mail, mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'

type App = ReturnType<typeof startApp>

const verify = (app: App, token: unknown) => app.post('/api/auth/verify-email/', { token })

/** An account that waits for its address to be confirmed, and the token of the mail. */
async function signedUp(app: App) {
  const account = app.newAccount()
  await app.post('/api/users/create/', account, { ip: freshAddress() })
  return { account, token: tokenIn(await nextMail(account.email)) }
}

describe('a sign-up', () => {
  test('no link is replaced within a minute, or a fifth time in an hour, by whatever asks', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, token } = await signedUp(app)
    const link = env.DB.prepare(
      'SELECT token_hash FROM mailed_tokens WHERE user_id = (SELECT id FROM users WHERE email = ?)',
    ).bind(account.email)
    const hashes = [sha256(token)]
    const { email } = account
    const ip = { ip: freshAddress() }
    const resend = () => app.post('/api/auth/verify-email/resend/', { email }, ip)
    const signUp = (more = {}) => app.post('/api/users/create/', { ...account, ...more }, ip)
    const stranger = () => signUp({ password: 'the stranger chose these words' })
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
      hashes.push((await link.first('token_hash')) ?? '')
    }
    const isNew = hashes.map((hash, index) => hash !== hashes[index - 1])
    expect(isNew).toEqual([true, false, true, true, true, true, false, false])
    // The one that is good is the one that was mailed last, and opens the account of that sign-up.
    const mails = await mailsTo(email)
    expect(mails).toHaveLength(5)
    const [last] = mails.slice(-1) as [Mail]
    expect((await verify(app, tokenIn(last))).status).toBe(200)
    await app.startLogin(account)
  })

  test('is not hindered by those who ask for links to an address that has no account', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    const { email } = account
    const ask = (path: string, json: unknown) => app.post(path, json, { ip: freshAddress() })
    await ask('/api/auth/verify-email/resend/', { email })
    app.advance(59)
    await ask('/api/users/create/', account)
    const token = tokenIn(await nextMail(email))
    // Its mail was two seconds ago, which the count of asks does not know.
    app.advance(2)
    await ask('/api/users/create/', { email, password: 'the stranger chose these words' })
    expect(await mailsTo(email, { after: 1 })).toEqual([])
    expect((await verify(app, token)).status).toBe(200)
    await app.startLogin(account)
  })

  test('parallel sign-ups for one address make one account with one live link', async ({
    expect,
  }) => {
    const app = startApp()
    const account = app.newAccount()
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () =>
        app.post('/api/users/create/', account, { ip: freshAddress() }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const { results } = await env.DB.prepare(
      `SELECT (SELECT count(*) FROM users WHERE email = ?1) AS users,
        (SELECT count(*) FROM mailed_tokens WHERE user_id = (SELECT id FROM users WHERE email = ?1)) AS tokens`,
    )
      .bind(account.email)
      .run()
    expect(results).toEqual([{ users: 1, tokens: 1 }])
    // One a minute: all sign-ups of a stranger are one mail, and its link is the live one.
    const token = tokenIn(await nextMail(account.email))
    expect((await mailsTo(account.email, { after: 1 })).length).toBe(0)
    expect((await verify(app, token)).status).toBe(200)
  })

  test('parallel sign-ups for one username: one gets it', async ({ expect }) => {
    const app = startApp()
    const { username } = app.newAccount()
    const accounts = Array.from({ length: many(10) }, () => ({ ...app.newAccount(), username }))
    const answers = await Promise.all(
      accounts.map((account) => app.post('/api/users/create/', account, { ip: freshAddress() })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    const { results } = await env.DB.prepare('SELECT id FROM users WHERE username_key = ?')
      .bind(username.toLowerCase())
      .run()
    expect(results).toHaveLength(1)
  })
})
