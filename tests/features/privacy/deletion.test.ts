import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { me, refresh, signedIn, STEP_UP_PASSED_SECONDS } from '../../support/acts'
import { type Account, freshAddress, nextCode, startApp } from '../../support/app'
import { visible } from '../../support/attack'
import { faultyApp, noQueue, sendWaiting } from '../../support/mail-faults'
import { mailAbout, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf, userIdOf } from '../../support/rows-of'
import { withoutLimits } from '../../support/test-deps'

type App = ReturnType<typeof startApp>

const GRACE_SECONDS = 14 * 86_400

const remove = (app: App, token: string) =>
  app.send('DELETE', '/api/users/me/', { token, ip: freshAddress() })

const keep = (app: App, token: string) =>
  app.post('/api/users/keep-account/', { token }, { ip: freshAddress() })

const enter = (app: App, { email, password }: Account) =>
  app.post('/api/auth/login/', { identifier: email, password }, { ip: freshAddress() })

async function closing(app: App) {
  const signed = await signedIn(app)
  const answer = await remove(app, signed.accessToken)
  if (answer.status !== 202) throw new Error(answer.text)
  await sendWaiting()
  const token = tokenIn(await mailAbout(signed.account.email, /^Your account will be erased$/))
  return { ...signed, answer, token }
}

const eventNames = async (email: string) => (await eventsOf(email)).map(({ event }) => event)

describe('deleting an account', () => {
  test('ends everything at once, and a mailed link undoes it once', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken, refreshToken, answer, token } = await closing(app)
    const due = Date.parse(String(answer.body['due_at']))
    expect(Math.abs(due - app.now().getTime() - GRACE_SECONDS * 1000)).toBeLessThan(60_000)
    expect(answer.body.status).toBe('erasure_scheduled')
    expect(answer.headers.getSetCookie().join()).toContain('Max-Age=0')
    expect((await me(app, { token: accessToken })).status).toBe(401)
    expect((await refresh(app, refreshToken)).status).toBe(401)
    expect((await enter(app, account)).body.code).toBe('account_closing')
    const wrong = await enter(app, { ...account, password: 'wrong' })
    const nobody = await enter(app, { ...account, email: `nobody-${app.id}@example.com` })
    expect(visible(wrong)).toEqual(visible(nobody))

    expect((await keep(app, token)).body).toEqual({ status: 'kept' })
    await mailAbout(account.email, /^Your account will not be erased$/)
    expect((await keep(app, token)).body.code).toBe('invalid_token')
    expect((await enter(app, account)).status).toBe(200)
    const events = (await eventNames(account.email)).filter((event) => event.includes('erasure'))
    expect(events).toEqual(['user_erasure_scheduled', 'user_erasure_cancelled'])
  })

  test('needs a step-up, and two at once need two', async ({ expect }) => {
    const app = startApp(withoutLimits)
    const { account, accessToken: token, refreshToken } = await signedIn(app)
    const count = many(50)
    const answers = await Promise.all(Array.from({ length: count }, () => remove(app, token)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(count - 1)
    expect((await refresh(app, refreshToken)).status).toBe(401)
    const events = await eventNames(account.email)
    expect(events.filter((event) => event === 'user_erasure_scheduled')).toHaveLength(1)

    const bob = await signedIn(app)
    app.advance(STEP_UP_PASSED_SECONDS)
    const { body } = await refresh(app, bob.refreshToken)
    const late = await remove(app, body.access_token ?? '')
    expect(late.body.code).toBe('insufficient_user_authentication')
    expect((await enter(app, bob.account)).status).toBe(200)
  })

  test('of parallel clicks on the link one keeps the account', async ({ expect }) => {
    const app = startApp()
    const { account, token } = await closing(app)
    const count = many(50)
    const answers = await Promise.all(Array.from({ length: count }, () => keep(app, token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(count - 1)
    const events = await eventNames(account.email)
    expect(events.filter((event) => event === 'user_erasure_cancelled')).toHaveLength(1)
  })

  test('can be undone until its day, and not from then on', async ({ expect }) => {
    const app = startApp()
    const ada = await closing(app)
    const eve = await closing(app)
    app.advance(GRACE_SECONDS - 60)
    expect((await keep(app, ada.token)).status).toBe(200)
    app.advance(60)
    expect((await keep(app, eve.token)).status).toBe(400)
    expect((await enter(app, eve.account)).body.code).toBe('account_closing')
  })

  test('leaves of the links mailed before only those that stop what somebody else began', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const userId = await userIdOf(account)
    for (const purpose of ['reset', 'change_email', 'notification_email', 'not_me', 'stop_act']) {
      await env.DB.prepare(
        'INSERT INTO mailed_tokens (token_hash, user_id, purpose, expires_at) VALUES (?, ?, ?, ?)',
      )
        .bind(`${purpose}${app.id}`, userId, purpose, Date.now() + 3_600_000)
        .run()
    }
    await remove(app, accessToken)
    const { results } = await env.DB.prepare(
      'SELECT purpose FROM mailed_tokens WHERE user_id = ? ORDER BY purpose',
    )
      .bind(userId)
      .run()
    expect(results).toEqual([
      { purpose: 'keep_account' },
      { purpose: 'not_me' },
      { purpose: 'stop_act' },
    ])
  })

  test('opens no login that was begun before it, not even once it was undone', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    const begin = async () => ({
      challenge: await app.startLogin(account),
      method: 'email',
      code: await nextCode(account),
    })
    const logins = [await begin(), await begin()]
    await remove(app, accessToken)
    await sendWaiting()
    const token = tokenIn(await mailAbout(account.email, /^Your account will be erased$/))
    expect((await app.post('/api/auth/verify-2fa/', logins[0])).body.code).toBe('invalid_challenge')
    expect((await keep(app, token)).status).toBe(200)
    expect((await app.post('/api/auth/verify-2fa/', logins[1])).body.code).toBe('invalid_challenge')
  })

  test('mails the link that undoes it when the queue is back', async ({ expect }) => {
    const { app, during } = faultyApp()
    const { account, accessToken } = await signedIn(app)
    const answer = await during(noQueue(), () => remove(app, accessToken))
    expect(answer.status).toBe(202)
    await sendWaiting()
    const token = tokenIn(await mailAbout(account.email, /^Your account will be erased$/))
    expect((await keep(app, token)).status).toBe(200)
    expect((await enter(app, account)).status).toBe(200)
  })
})
