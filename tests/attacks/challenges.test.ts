import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { verify, waitingLogin, wrongCodes } from '../support/acts'
import { startApp } from '../support/app'
import { eventsOf } from '../support/rows-of'

describe('challenges', () => {
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
    for (const method of ['none', 'sms', 'voice', '', null]) {
      const answer = await app.post('/api/auth/verify-2fa/', { challenge, method, code })
      expect([method, answer.status]).toEqual([method, 400])
    }
    expect((await app.post('/api/auth/verify-2fa/', { challenge, method: 'email' })).status).toBe(
      400,
    )
    expect((await verify(app, challenge, code)).status).toBe(200)
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
})
