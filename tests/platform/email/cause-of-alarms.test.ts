import { describe, test } from 'vitest'
import { mails } from '../../../src/mails'
import { standingOf } from '../../../src/platform/email/cause'
import { templateOf } from '../../../src/platform/email/template'
import { signedIn } from '../../support/acts'
import { age, startCauses } from './causes'

describe('an alarm counts for those who caused it', () => {
  test.for([
    ['known', 'known'],
    ['new', 'account'],
  ] as const)('wrong codes in a %s browser', async ([browser, standing], { expect }) => {
    const { app, queued, login } = startCauses()
    const { account, userId, deviceCookie } = await signedIn(app)
    await age(account)
    const cookie = browser === 'known' ? deviceCookie : undefined
    const { body } = await login(account, cookie)
    await queued()
    for (let tries = 0; tries < 3; tries += 1) {
      const wrong = { challenge: body.challenge, method: 'email', code: '000000' }
      await app.post('/api/auth/verify-2fa/', wrong, { cookie })
    }
    expect(await queued()).toMatchObject([{ name: 'wrong_code', standing, account: userId }])
  })

  test.for([
    ['known', 'known'],
    ['new', 'stranger'],
  ] as const)('a lock by a %s browser', async ([browser, standing], { expect }) => {
    const { app, queued, login } = startCauses()
    const { account, userId, deviceCookie } = await signedIn(app)
    await age(account)
    for (let tries = 0; tries < 5; tries += 1) {
      await login({ ...account, password: 'wrong' }, browser === 'known' ? deviceCookie : undefined)
    }
    const by = standing === 'known' ? userId : null
    expect(await queued()).toMatchObject([{ name: 'account_locked', standing, account: by }])
  })
})

test.for(['account_erased', 'api_key_expiring'] as const)(
  'what a job tells owners (%s) takes nothing of the service, and has no share',
  (name, { expect }) => {
    const template = templateOf(mails, name)
    if (!template) throw new Error('no such template')
    const by = { standing: 'account', account: 'usr_a', network: null, site: null }
    expect(standingOf({ userId: 'usr_a', cause: undefined }, template)).toEqual(by)
  },
)
