import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { startService } from '../platform/email/mail-service'
import { codeMail, someone, startMail, verifyMail } from '../platform/email/support'
import { linesDuring } from '../support/attack'
import { failMailsTo } from '../support/smtp-mailbox'
import { ownWatchers } from '../support/test-deps'

/** Mails of its own count: alarms of all are counted together. */
const ownMail = () =>
  startMail(ownWatchers({ ipLimiters: env.IP_LIMITER } as Deps, crypto.randomUUID()))

const namesOf = (lines: readonly Record<string, unknown>[]) =>
  lines.map(({ level, event }) => [level, event].join(' '))

/** What is logged of so many: the first, second, fourth and eighth are told. */
const linesOf = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    Number.isInteger(Math.log2(index + 1)) ? 'warn mail_refused' : 'info mail_refused',
  )

const refusals = async () => {
  const { results } = await env.DB.prepare(
    `SELECT event, level, user_id, data FROM audit_events
     WHERE event IN ('mail_refused', 'mail_failed') ORDER BY id`,
  ).run<{ event: string; level: string; user_id: string | null; data: string }>()
  return results.map(({ data, ...rest }) => ({ ...rest, ...(JSON.parse(data) as object) }))
}

describe('an address that nobody has confirmed, and that its server does not take', () => {
  test('is no alarm and no error, and many are recorded by their count', async ({ expect }) => {
    const mail = ownMail()
    const before = (await refusals()).length
    const lines = await linesDuring(async () => {
      for (let index = 0; index < 9; index++) {
        const { to } = someone()
        await failMailsTo(to, { reply: 550 })
        const batch = await mail.queued(verifyMail({ to, userId: null }))
        expect((await mail.deliver(batch)).acked).toEqual([true])
      }
    })
    expect(namesOf(lines)).toEqual(linesOf(9))
    const refused = { event: 'mail_refused', level: 'warn', user_id: null, reply_code: 550 }
    const events = (await refusals()).slice(before)
    expect(events).toMatchObject([
      { ...refused, recipient: 'p…@mail.test' },
      { ...refused, count: 2 },
      { ...refused, count: 4 },
      { ...refused, count: 8 },
    ])
  })

  test.for(['change_email', 'notification_email'] as const)(
    'is so too where an account wants it (%s), by a count of that account',
    async (template, { expect }) => {
      const mail = ownMail()
      const before = (await refusals()).length
      const { userId } = someone()
      const lines = await linesDuring(async () => {
        for (let index = 0; index < 5; index++) {
          const { to } = someone()
          await failMailsTo(to, { reply: 550 })
          const link = 'https://auth.phantom.test/x'
          const expiresAt = Date.now() + 60_000
          const data = { link, validHours: 24 }
          await mail.deliver(await mail.queued({ template, to, userId, expiresAt, data }))
        }
      })
      expect(namesOf(lines)).toEqual(linesOf(5))
      const refused = { event: 'mail_refused', level: 'warn', user_id: userId, recipient: null }
      expect((await refusals()).slice(before)).toMatchObject([
        refused,
        { ...refused, count: 2 },
        { ...refused, count: 4 },
      ])
    },
  )

  test('writes no more than a line at info while its server puts it off', async ({ expect }) => {
    const mail = ownMail()
    const { to } = someone()
    const lines = await linesDuring(async () => {
      const [message] = await mail.queued(verifyMail({ to, userId: null }))
      for (let attempts = 1; message && attempts < 4; attempts++) {
        await failMailsTo(to, { reply: 450 })
        await mail.deliver([{ ...message, attempts }])
      }
    })
    expect(namesOf(lines)).toEqual(Array(3).fill('info mail_deferred'))
  })

  test('is not the mail server itself: one that cannot be used is a warning once a batch', async ({
    expect,
  }) => {
    const { mail } = startService('plain')
    const lines = await linesDuring(async () => {
      const batch = await mail.queued(codeMail(someone()), codeMail(someone()))
      expect((await mail.deliver(batch)).acked).toEqual([false, false])
    })
    expect(namesOf(lines)).toEqual([
      'warn mail_server_unusable',
      'info mail_deferred',
      'info mail_deferred',
    ])
    expect(lines[0]).toMatchObject({ reason: 'no TLS' })
  })

  test('is no account’s: of those each mail that fails is told', async ({ expect }) => {
    const mail = ownMail()
    const before = (await refusals()).length
    for (let index = 0; index < 3; index++) {
      const person = someone()
      await failMailsTo(person.to, { reply: 550 })
      await mail.deliver(await mail.queued(codeMail(person)))
    }
    const failed = { event: 'mail_failed', level: 'critical', recipient: null }
    expect((await refusals()).slice(before)).toMatchObject([failed, failed, failed])
  })

  test('stays in the queue while nobody can count it', async ({ expect }) => {
    const broken = {
      getByName: () => ({ count: () => Promise.reject(new Error('object reset')) }),
    } as unknown as Deps['ipLimiters']
    const mail = startMail({ ipLimiters: broken })
    const { to } = someone()
    await failMailsTo(to, { reply: 550 })
    const batch = await mail.queued(verifyMail({ to, userId: null }))
    expect((await mail.deliver(batch)).acked).toEqual([false])
  })
})
