import { describe, test } from 'vitest'
import { askForEmail, REQUESTED, stepUpAnew } from '../support/addresses'
import { codeOf, signedIn, wrongCodes } from '../support/acts'
import { type Answer, nextCode, startApp } from '../support/app'
import { subjectsTo } from '../support/mailbox'
import { eventsOf } from '../support/rows-of'

/**
 * An app that tells of the work that the platform does although the caller of a request hangs up.
 */
function hungUpOn() {
  let check = Promise.withResolvers<unknown>()
  const app = startApp((deps) => ({
    ...deps,
    waitUntil: (work) => {
      check.resolve(work)
      deps.waitUntil(work)
    },
  }))
  /** Begins a request, and goes on when that work is done; or, if there is none, at the answer. */
  async function begin(act: () => Promise<Answer>) {
    check = Promise.withResolvers()
    const answer = act()
    const isSeenThrough = await Promise.race([
      check.promise.then(() => true),
      answer.then(() => false),
    ])
    return { answer, isSeenThrough }
  }
  return { app, begin }
}

describe('whoever hangs up before the answer', () => {
  test('leaves a check that goes on: what the guard counts is recorded and told', async ({
    expect,
  }) => {
    const { app, begin } = hungUpOn()
    const { account } = await signedIn(app)
    const challenge = await app.startLogin(account)
    const [code = ''] = wrongCodes(await nextCode(account), 1)
    const login = { identifier: account.email, password: 'wrong' }
    const acts = {
      authn_login_fail: () => app.post('/api/auth/login/', login),
      authn_code_fail: () =>
        app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }),
    }
    for (const [name, act] of Object.entries(acts)) {
      const { answer, isSeenThrough } = await begin(act)
      expect([name, isSeenThrough]).toEqual([name, true])
      expect((await eventsOf(account.email)).at(-1)?.event).toBe(name)
      expect((await answer).status).toBe(401)
    }
  })

  // Else a copied session would add an app, and its owner would never get the link that stops it.
  test('leaves an act whose owner is told: an app that is added, an address that is asked for', async ({
    expect,
  }) => {
    const { app, begin } = hungUpOn()
    const { account, accessToken: token, sessionId } = await signedIn(app)
    const { id, secret } = (await app.post('/api/users/enable-2fa/', {}, { token })).body
    const confirm = { id, code: codeOf(secret, app.now()) }
    const added = await begin(() => app.post('/api/users/enable-2fa/confirm/', confirm, { token }))
    expect(added.isSeenThrough).toBe(true)
    expect(await subjectsTo(account.email)).toEqual(['An authenticator app was added'])
    expect((await added.answer).status).toBe(200)
    await stepUpAnew(app, sessionId)
    const asked = await begin(() => askForEmail(app, token, app.newAccount().email))
    expect(asked.isSeenThrough).toBe(true)
    expect((await subjectsTo(account.email)).at(-1)).toMatch(REQUESTED)
    expect((await asked.answer).status).toBe(202)
    // Nor could a caller who hangs up keep alive what is old (src/platform/cached.ts).
    expect((await begin(() => app.send('GET', '/api/health/'))).isSeenThrough).toBe(true)
  })
})
