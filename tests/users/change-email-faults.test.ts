import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { signedIn } from '../support/acts'
import { askForEmail } from '../support/addresses'
import { faultyApp, noMail, noQueue, sendWaiting } from '../support/mail-faults'
import { mailsNamed, mailsTo } from '../support/mailbox'

describe('asking for another address', () => {
  test('sends no link where the owner cannot be told', async ({ expect }) => {
    const { app, during } = faultyApp()
    const { accessToken } = await signedIn(app)
    let tries = 0
    const send = () => Promise.reject(new Error(`down ${(tries += 1)}`))
    const deaf = (deps: Deps): Deps => ({ ...noMail()(deps), mailQueue: { send } as never })
    const { email } = app.newAccount()
    expect((await during(deaf, () => askForEmail(app, accessToken, email))).status).toBe(503)
    expect(tries).toBe(1)
  })

  test('is told to the owner although its link could not be queued', async ({ expect }) => {
    const { app, during } = faultyApp()
    const { account, accessToken } = await signedIn(app)
    const { email } = app.newAccount()
    expect((await during(noQueue(), () => askForEmail(app, accessToken, email))).status).toBe(503)
    await sendWaiting()
    await mailsNamed(account.email, 'Somebody wants to change your e-mail address')
    expect(await mailsTo(email)).toEqual([])
  })
})
