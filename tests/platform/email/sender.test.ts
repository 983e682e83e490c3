import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import { senderOf } from '../../../src/platform/email/sender'
import { startService, status } from './mail-service'
import { codeMail, someone, verifyMail, withSettings } from './support'

beforeEach(() => env.DB.prepare('DELETE FROM mail_status').run())

describe('an account that an operator has set anew', () => {
  test('is tried with the next mail, and not at the end of the pause', async ({ expect }) => {
    const { mail, clock } = startService('badAuth')
    await mail.deliver(await mail.queued(verifyMail(someone())))
    clock.now += 1000
    expect((await mail.deliver(await mail.queued(codeMail(someone())))).acked).toEqual([false])
    clock.port = 'starttls'
    expect((await mail.deliver(await mail.queued(codeMail(someone())))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: null })
  })

  test.for([
    { EMAIL_PROVIDER: 'cloudflare' },
    { EMAIL_HOST: 'other.test' },
    { EMAIL_PORT: 1 },
    { EMAIL_USE_SSL: true },
    { EMAIL_HOST_USER: 'other' },
    { EMAIL_HOST_PASSWORD: 'another password' },
    { EMAIL_FROM: 'Other <other@phantom.test>' },
  ] as const)('is another with %o', (set, { expect }) => {
    expect(senderOf(withSettings({}))).toBe(senderOf(withSettings({})))
    expect(senderOf(withSettings(set))).not.toBe(senderOf(withSettings({})))
  })
})
