import { describe, test } from 'vitest'
import { verify, waitingLogin, wrongCodes } from '../support/acts'
import { freshAddress, nextCode, startApp } from '../support/app'
import { many } from '../support/many'
import { eventsOf } from '../support/rows-of'

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

  test('E-029, row 25 (CVE-2026-56450): an account takes ten wrong codes an hour over all its challenges', async ({
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

  test('E-029: nor more of them at once', async ({ expect }) => {
    const app = startApp()
    const account = await app.hasAccount()
    const tries: { challenge: string; wrong: string }[] = []
    for (let login = 0; login < 3; login++) {
      const challenge = await app.startLogin(account, {}, { ip: freshAddress() })
      const wrongs = wrongCodes(await nextCode(account), 4)
      tries.push(...wrongs.map((wrong) => ({ challenge, wrong })))
    }
    const answers = await Promise.all(
      tries.map(({ challenge, wrong }) => verify(app, challenge, wrong, freshAddress())),
    )
    const count = (code: string) => answers.filter(({ body }) => body.code === code).length
    expect([count('invalid_code'), count('too_many_attempts')]).toEqual([10, 2])
  })

  test('E-030: of many parallel guesses five are judged', async ({ expect }) => {
    const app = startApp()
    const { challenge, code } = await waitingLogin(app)
    const answers = await Promise.all(
      wrongCodes(code, many(100)).map((wrong) => verify(app, challenge, wrong, freshAddress())),
    )
    expect(answers.filter(({ body }) => body.code === 'invalid_code')).toHaveLength(5)
    expect((await verify(app, challenge, code)).body.code).toBe('invalid_challenge')
  })

  test('E-032, E-130: a used code works for neither its own challenge nor the next', async ({
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
})
