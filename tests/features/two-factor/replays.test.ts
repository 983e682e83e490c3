import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { addTotp, type App, codeOf, signedIn, withTotp, wrongCodes } from '../../support/acts'
import { stepUpAnew } from '../../support/addresses'
import { type Account, type Answer, freshAddress, startApp } from '../../support/app'
import { broken, visible } from '../../support/attack'
import { mailsNamed, subjectsTo } from '../../support/mailbox'
import { ALARM, failuresOf, give } from './support'

/** Begins a step-up of a session and gives it a code of the app. */
async function stepUpBy(app: App, { password }: Account, token: string, code: string) {
  const ip = freshAddress()
  const { challenge } = (await app.post('/api/auth/step-up/', { password }, { token, ip })).body
  const again = (next: string) =>
    app.post('/api/auth/step-up/verify/', { challenge, method: 'totp', code: next }, { token, ip })
  return { again, answer: await again(code) }
}

/** At the beginning of a step, whose code stays the same for half a minute. */
const beginStep = (app: App) => app.advance(30 - ((app.now().getTime() / 1000) % 30))

const codeOfAnswer = ({ status, body }: Answer) => [status, body.code]
const USED = [401, 'code_used']
const WRONG = [401, 'invalid_code']

describe('a code of an app that this very session has used', () => {
  test('to add the app, is told from a wrong one at the step-up; no alarm, and the next one is taken', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    beginStep(app)
    const { codeNow } = await addTotp(app, accessToken)
    const code = codeNow()
    const { again, answer } = await stepUpBy(app, account, accessToken, code)
    expect(codeOfAnswer(answer)).toEqual(USED)
    for (let count = 2; count <= 4; count++) await again(code)
    expect(await subjectsTo(account.email)).toEqual(['An authenticator app was added'])
    expect((await failuresOf(account))[0]).toEqual({
      event: 'authn_code_fail',
      data: '{"method":"totp","replayed":true}',
    })
    app.advance(30)
    expect((await again(codeNow())).status).toBe(200)
  })

  test('to sign in or to step up, is told the same', async ({ expect }) => {
    const app = startApp()
    const { account, codeNow } = await withTotp(app)
    const code = codeNow()
    const signedInBy = await give(app, await app.startLogin(account), code)
    const first = await stepUpBy(app, account, signedInBy.body.access_token ?? '', code)
    expect(codeOfAnswer(first.answer)).toEqual(USED)
    app.advance(30)
    const next = codeNow()
    const token = (await first.again(next)).body.access_token ?? ''
    expect(codeOfAnswer((await stepUpBy(app, account, token, next)).answer)).toEqual(USED)
  })

  test('counts all the same: the fifth ends the challenge', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    beginStep(app)
    const { codeNow } = await addTotp(app, accessToken)
    const code = codeNow()
    const { again } = await stepUpBy(app, account, accessToken, code)
    for (let count = 2; count <= 5; count++) expect(codeOfAnswer(await again(code))).toEqual(USED)
    app.advance(30)
    expect((await again(codeNow())).body.code).toBe('invalid_challenge')
    expect(await subjectsTo(account.email)).toEqual(['An authenticator app was added'])
  })

  test('is none of three wrong ones in a row: it neither raises the alarm nor keeps it away', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken } = await signedIn(app)
    beginStep(app)
    const { codeNow } = await addTotp(app, accessToken)
    const used = codeNow()
    const [first = '', second = '', third = ''] = wrongCodes(used, 3)
    const { again } = await stepUpBy(app, account, accessToken, used)
    for (const code of [used, first, second]) await again(code)
    expect(await subjectsTo(account.email)).not.toContain(ALARM)
    expect(codeOfAnswer(await again(third))).toEqual(WRONG)
    await mailsNamed(account.email, ALARM)
  })

  test('nor is a wrong one of an app that is being set up', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken: token, sessionId, codeNow } = await withTotp(app)
    const [first = '', second = '', third = ''] = wrongCodes(codeNow(), 3)
    const stepUp = await stepUpBy(app, account, token, first)
    await stepUpAnew(app, sessionId)
    const { id, secret } = (await app.post('/api/users/enable-2fa/', {}, { token })).body
    for (const code of wrongCodes(codeOf(secret, app.now()), 2)) {
      const answer = await app.post('/api/users/enable-2fa/confirm/', { id, code }, { token })
      expect(codeOfAnswer(answer)).toEqual(WRONG)
    }
    await stepUp.again(second)
    expect(await subjectsTo(account.email)).not.toContain(ALARM)
    await stepUp.again(third)
    await mailsNamed(account.email, ALARM)
  })

  test('is a wrong one to every other session and to a login, and looks like one', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, accessToken } = await signedIn(app)
    const { codeNow } = await addTotp(app, accessToken)
    const { accessToken: other } = await openSession(app.deps(), userId)
    const code = codeNow()
    const elsewhere = await stepUpBy(app, account, other, code)
    expect(codeOfAnswer(elsewhere.answer)).toEqual(WRONG)
    const [wrong = ''] = wrongCodes(code, 1)
    expect(visible(elsewhere.answer)).toEqual(visible(await elsewhere.again(wrong)))
    const login = await app.startLogin(account)
    expect(codeOfAnswer(await give(app, login, code))).toEqual(WRONG)
  })

  test('and whose app could not be stored, is told so at the next try', async ({ expect }) => {
    let isDown = false
    const app = startApp((deps) => (isDown ? broken('db', ['batch'], 'fails')(deps) : deps))
    const { accessToken: token } = await signedIn(app)
    const { id, secret } = (await app.post('/api/users/enable-2fa/', {}, { token })).body
    const code = codeOf(secret, app.now())
    const confirm = () => app.post('/api/users/enable-2fa/confirm/', { id, code }, { token })
    isDown = true
    expect((await confirm()).status).toBe(500)
    isDown = false
    expect(codeOfAnswer(await confirm())).toEqual(USED)
  })
})
