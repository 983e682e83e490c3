import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type App, withTotp, wrongCodes } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { mailsNamed, subjectsTo } from '../../support/mailbox'
import { userIdOf } from '../../support/rows-of'
import { ALARM, failuresOf, give } from './support'

/**
 * An account whose app's present code has been used for a login, in a browser that is known since.
 */
async function withUsedCode(app: App) {
  const ada = await withTotp(app)
  const code = ada.codeNow()
  await give(app, await app.startLogin(ada.account), code)
  const challenge = await app.startLogin(ada.account, {}, { ip: freshAddress() })
  return { ...ada, code, challenge }
}

describe('a code of an app that was used before counts and is told like a wrong one', () => {
  test('as the third of a stranger', async ({ expect }) => {
    const app = startApp()
    const { account, code, challenge } = await withUsedCode(app)
    const [first = '', second = '', ...rest] = wrongCodes(code, 4)
    for (const wrong of [first, second]) await give(app, challenge, wrong)
    expect(await subjectsTo(account.email)).not.toContain(ALARM)
    expect((await give(app, challenge, code)).body.code).toBe('invalid_code')
    const [mail] = await mailsNamed(account.email, ALARM)
    expect(mail?.text).toContain('authenticator app')
    for (const wrong of rest) await give(app, challenge, wrong)
    expect((await give(app, challenge, '000000')).body.code).toBe('invalid_challenge')
    expect((await failuresOf(account)).map(({ event }) => event)).toEqual([
      ...Array.from({ length: 4 }, () => 'authn_code_fail'),
      'authn_code_fail_max',
    ])
  })

  test('as the fifth, which ends the challenge', async ({ expect }) => {
    const app = startApp()
    const { account, code, challenge } = await withUsedCode(app)
    for (const wrong of wrongCodes(code, 4)) await give(app, challenge, wrong)
    expect((await give(app, challenge, code)).body.code).toBe('invalid_code')
    expect((await failuresOf(account)).at(-1)).toEqual({
      event: 'authn_code_fail_max',
      data: '{"method":"totp","replayed":true}',
    })
    expect((await give(app, challenge, code)).body.code).toBe('invalid_challenge')
  })

  test('as the hundredth in a row, which switches the app off', async ({ expect }) => {
    const app = startApp()
    const { account, code, challenge } = await withUsedCode(app)
    const guard = env.ACCOUNT_GUARD.getByName(await userIdOf(account))
    for (let count = 1; count <= 99; count++) {
      const now = app.now().getTime() - (100 - count) * 3_600_000
      const earlier = { id: `${count}`, sentAt: now, expiresAt: now + 300_000 }
      const request = { challenge: earlier, method: 'totp' as const, device: null, now }
      using place = await guard.reserveCode(request)
      await place.attempt?.fail()
    }
    expect((await give(app, challenge, code)).body.code).toBe('invalid_code')
    await mailsNamed(account.email, 'One way to sign in is switched off')
    expect((await failuresOf(account)).at(-1)).toMatchObject({ event: 'authn_stopped' })
    const stopped = await give(app, challenge, code)
    expect(stopped.body.code).toBe('authenticator_stopped')
  })
})
