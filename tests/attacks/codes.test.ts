import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { eventsOf, freshAddress, nextCode, startApp } from '../support/app'
import { collectingLog, storedText } from '../support/attack'
import { nextMail } from '../support/mailbox'

type App = ReturnType<typeof startApp>

const verify = (app: App, challenge: string, code: unknown, ip = app.address) =>
  app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }, { ip })

/** Codes other than the right one. */
const wrongCodes = (right: string, count: number) =>
  Array.from({ length: count + 1 }, (_, index) => String(100_000 + index))
    .filter((code) => code !== right)
    .slice(0, count)

async function waitingLogin(app: App) {
  const account = await app.hasAccount()
  const challenge = await app.startLogin(account)
  return { account, challenge, code: await nextCode(account) }
}

describe('codes and challenges', () => {
  test('E-027: five wrong codes end the challenge, the right one no longer helps', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, challenge, code } = await waitingLogin(app)
    for (const wrong of wrongCodes(code, 5)) {
      const answer = await verify(app, challenge, wrong)
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_code'])
    }
    const answer = await verify(app, challenge, code)
    expect([answer.status, answer.body.code]).toEqual([401, 'invalid_challenge'])
    const events = (await eventsOf(account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_code_fail')).toHaveLength(4)
    expect(events.filter((event) => event === 'authn_code_fail_max')).toHaveLength(1)
  })

  test('E-027: four wrong codes do not', async ({ expect }) => {
    const app = startApp()
    const { challenge, code } = await waitingLogin(app)
    for (const wrong of wrongCodes(code, 4)) await verify(app, challenge, wrong)
    expect((await verify(app, challenge, code)).status).toBe(200)
  })

  test('E-028: another code keeps the failures and kills the code before', async ({ expect }) => {
    const app = startApp()
    const { account, challenge, code: first } = await waitingLogin(app)
    for (const wrong of wrongCodes(first, 3)) await verify(app, challenge, wrong)
    expect((await app.post('/api/auth/resend-otp/', { challenge })).status).toBe(429)
    app.advance(60)
    expect((await app.post('/api/auth/resend-otp/', { challenge })).status).toBe(202)
    const second = await nextCode(account)
    if (second !== first) {
      expect((await verify(app, challenge, first)).body.code).toBe('invalid_code')
    }
    await verify(app, challenge, wrongCodes(second, 1)[0])
    expect((await verify(app, challenge, second)).body.code).toBe('invalid_challenge')
  })

  test('E-028: the other code works, for five minutes of its own', async ({ expect }) => {
    const app = startApp()
    const { account, challenge } = await waitingLogin(app)
    app.advance(299)
    expect((await app.post('/api/auth/resend-otp/', { challenge })).status).toBe(202)
    app.advance(299)
    expect((await verify(app, challenge, await nextCode(account))).status).toBe(200)
  })

  test('E-029: an account takes ten wrong codes an hour over all its challenges', async ({
    expect,
  }) => {
    const app = startApp()
    const account = await app.hasAccount()
    let judged = 0
    let last = 0
    for (let round = 0; round < 3; round++) {
      const challenge = await app.startLogin(account, {}, { ip: freshAddress() })
      const code = await nextCode(account)
      for (const wrong of wrongCodes(code, 5)) {
        const answer = await verify(app, challenge, wrong, freshAddress())
        last = answer.status
        if (answer.body.code === 'invalid_code') judged += 1
      }
    }
    expect(judged).toBe(10)
    expect(last).toBe(429)
    app.advance(3600)
    const challenge = await app.startLogin(account)
    expect((await verify(app, challenge, await nextCode(account))).status).toBe(200)
  })

  test('E-030: of 100 parallel guesses five are judged', async ({ expect }) => {
    const app = startApp()
    const { challenge, code } = await waitingLogin(app)
    const answers = await Promise.all(
      wrongCodes(code, 100).map((wrong) => verify(app, challenge, wrong, freshAddress())),
    )
    expect(answers.filter(({ body }) => body.code === 'invalid_code')).toHaveLength(5)
    expect((await verify(app, challenge, code)).body.code).toBe('invalid_challenge')
  })

  test('E-031: 50 parallel copies of the right code open one session', async ({ expect }) => {
    const app = startApp()
    const { account, challenge, code } = await waitingLogin(app)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => verify(app, challenge, code, freshAddress())),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const { results } = await env.DB.prepare(
      'SELECT id FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)',
    )
      .bind(account.email)
      .run()
    expect(results).toHaveLength(1)
  })

  test('E-032: a used code works for neither its own challenge nor the next', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, challenge, code } = await waitingLogin(app)
    expect((await verify(app, challenge, code)).status).toBe(200)
    expect((await verify(app, challenge, code)).body.code).toBe('invalid_challenge')
    const next = await app.startLogin(account)
    if ((await nextCode(account)) !== code) {
      expect((await verify(app, next, code)).body.code).toBe('invalid_code')
    }
  })

  test('a code and its challenge die after five minutes', async ({ expect }) => {
    const app = startApp()
    const one = await waitingLogin(app)
    app.advance(298)
    expect((await verify(app, one.challenge, one.code)).status).toBe(200)
    const two = await waitingLogin(app)
    app.advance(300)
    expect((await verify(app, two.challenge, two.code)).body.code).toBe('invalid_challenge')
  })

  test('E-037: a code of another login fits neither way, and counts', async ({ expect }) => {
    const app = startApp()
    const mine = await waitingLogin(app)
    const theirs = await waitingLogin(app)
    if (mine.code === theirs.code) return
    expect((await verify(app, mine.challenge, theirs.code)).body.code).toBe('invalid_code')
    expect((await verify(app, theirs.challenge, mine.code)).body.code).toBe('invalid_code')
    for (const wrong of wrongCodes(mine.code, 4)) await verify(app, mine.challenge, wrong)
    expect((await verify(app, mine.challenge, mine.code)).body.code).toBe('invalid_challenge')
  })

  test('E-038: who a code is for cannot be said in the request', async ({ expect }) => {
    const app = startApp()
    const { challenge, code } = await waitingLogin(app)
    for (const extra of ['userId', 'user_id', 'email', 'role', 'acr', 'transport']) {
      const answer = await app.post('/api/auth/verify-2fa/', {
        challenge,
        method: 'email',
        code,
        [extra]: 'admin',
      })
      expect([extra, answer.status]).toEqual([extra, 400])
    }
    expect((await verify(app, challenge, code)).status).toBe(200)
  })

  test('E-039: what is not six ASCII digits and a known method is a 400 that no guess is spent on', async ({
    expect,
  }) => {
    const app = startApp()
    const { challenge, code } = await waitingLogin(app)
    const odd = [
      null,
      [],
      {},
      123456,
      true,
      '',
      '12345',
      '1234567',
      `${code}\n`,
      ` ${code}`,
      '١٢٣٤٥٦',
      '１２３４５６',
      '12e456',
    ]
    for (const value of odd) {
      const answer = await verify(app, challenge, value)
      expect([value, answer.status]).toEqual([value, 400])
    }
    for (const method of ['none', 'sms', 'voice', 'totp', '', null]) {
      const answer = await app.post('/api/auth/verify-2fa/', { challenge, method, code })
      expect([method, answer.status]).toEqual([method, 400])
    }
    expect((await app.post('/api/auth/verify-2fa/', { challenge, method: 'email' })).status).toBe(
      400,
    )
    expect((await verify(app, challenge, code)).status).toBe(200)
  })

  test('E-040: a challenge opens nothing but its own second step', async ({ expect }) => {
    const app = startApp()
    const { challenge } = await waitingLogin(app)
    for (const cookie of [`__Host-phantom_session=${challenge}`, undefined]) {
      const answer = await app.send('GET', '/api/users/me/', {
        cookie,
        token: cookie ? undefined : challenge,
      })
      expect(answer.status).toBe(401)
    }
    expect((await app.post('/api/auth/refresh/', { refresh_token: challenge })).status).toBe(401)
    expect((await app.post('/api/auth/logout/', {}, { token: challenge })).status).toBe(401)
    expect((await app.post('/api/auth/verify-email/', { token: challenge })).status).toBe(400)
  })

  test('E-043: a code is in its mail and nowhere else', async ({ expect }) => {
    const app = startApp()
    const secrets: string[] = []
    const log = await collectingLog(async () => {
      const account = await app.hasAccount()
      const started = await app.post('/api/auth/login/', {
        identifier: account.email,
        password: account.password,
      })
      const code = await nextCode(account)
      expect(started.text + JSON.stringify([...started.headers])).not.toContain(code)
      expect(await storedText()).not.toContain(code)
      const challenge = started.body.challenge ?? ''
      await verify(app, challenge, code)
      secrets.push(code, account.password, challenge, account.email)
    })
    expect(log).toContain('"event":"request"')
    for (const secret of secrets) expect(log).not.toContain(secret)
  })

  test('E-130: a recorded login cannot be replayed', async ({ expect }) => {
    const app = startApp()
    const { account, challenge, code } = await waitingLogin(app)
    const finish = { challenge, method: 'email', code }
    await app.post('/api/auth/verify-2fa/', finish)
    const again = await app.post('/api/auth/login/', {
      identifier: account.email,
      password: account.password,
    })
    expect(again.body.challenge).not.toBe(challenge)
    expect((await app.post('/api/auth/verify-2fa/', finish)).status).toBe(401)
  })

  test('E-132: an account that is disabled or changed between the steps gets no session', async ({
    expect,
  }) => {
    const app = startApp()
    const changes = [
      "UPDATE users SET status = 'disabled' WHERE email = ?",
      'UPDATE users SET security_epoch = security_epoch + 1 WHERE email = ?',
      "UPDATE users SET role = 'merchant' WHERE email = ?",
    ]
    for (const change of changes) {
      const { account, challenge, code } = await waitingLogin(app)
      await env.DB.prepare(change).bind(account.email).run()
      expect((await verify(app, challenge, code)).body.code).toBe('invalid_challenge')
      const events = await eventsOf(account.email)
      expect(events.at(-1)).toMatchObject({ event: 'authn_login_blocked' })
    }
  })

  test('a code is asked for five times an hour at most', async ({ expect }) => {
    const app = startApp()
    const { account, challenge } = await waitingLogin(app)
    for (let count = 0; count < 5; count++) {
      app.advance(60)
      expect((await app.post('/api/auth/resend-otp/', { challenge })).status).toBe(202)
      await nextMail(account.email)
    }
    app.advance(60)
    expect((await app.post('/api/auth/resend-otp/', { challenge })).status).toBe(429)
  })
})
