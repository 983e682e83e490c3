import { env } from 'cloudflare:workers'
import { describe, test, vi } from 'vitest'
import { mails } from '../../../src/mails'
import { mailsTo } from '../../support/smtp-mailbox'
import { brokenDb, codeMail, mailEventsOf, someone, startMail } from './support'

describe('a mail that need not be sent', () => {
  test('because its code has expired is dropped with an audit event', async ({ expect }) => {
    const mail = startMail()
    const [fresh, expired] = [someone(), someone()]
    const now = Date.now()
    const batch = await mail.queued(
      { ...codeMail(fresh), expiresAt: now + 60_000 },
      { ...codeMail(expired), expiresAt: now },
    )
    expect((await mail.deliver(batch)).acked).toEqual([true, true])
    expect(await mailsTo(fresh.to)).toHaveLength(1)
    expect(await mailsTo(expired.to)).toEqual([])
    expect(await mailEventsOf(expired.userId)).toEqual([
      {
        event: 'mail_expired',
        level: 'warn',
        actor: 'system',
        data: { template: 'login_code', recipient: null, reason: 'expired' },
      },
    ])
  })

  test('because it is a decoy leaves no trace', async ({ expect }) => {
    const mail = startMail()
    const count = () => env.DB.prepare('SELECT count(*) AS n FROM audit_events').first('n')
    const before = await count()
    const batch = await mail.queued(codeMail({ to: null, userId: null }))
    expect((await mail.deliver(batch)).acked).toEqual([true])
    expect((await mail.bury(batch)).acked).toEqual([true])
    expect(await count()).toBe(before)
  })

  test('because nobody can read it is given up with an audit event', async ({ expect }) => {
    const mail = startMail()
    const [message] = await mail.queued(codeMail(someone()))
    const bodies = ['', 'x', `${message?.body.slice(0, -4)}AAAA`, 17, null, { to: 'x@mail.test' }]
    const batch = bodies.map((body) => mail.message(body as string))
    const before = (await mailEventsOf(null)).length
    expect((await mail.deliver(batch)).acked).toEqual(bodies.map(() => true))
    const events = (await mailEventsOf(null)).slice(before)
    expect(events).toHaveLength(bodies.length)
    expect(events[0]).toMatchObject({ event: 'mail_failed', data: { reason: 'unreadable' } })
  })

  test('because its template is gone is given up with an audit event', async ({ expect }) => {
    const mail = startMail()
    const [gone, changed, inherited] = [someone(), someone(), someone()]
    const batch = await mail.queued(
      { ...codeMail(gone), template: 'reset_by_fax' as 'login_code' },
      { ...codeMail(changed), data: { pin: 1 } as never },
      { ...codeMail(inherited), template: 'constructor' as 'login_code' },
    )
    expect((await mail.deliver(batch)).acked).toEqual([true, true, true])
    for (const { userId } of [gone, changed, inherited]) {
      expect(await mailEventsOf(userId)).toMatchObject([
        { event: 'mail_failed', data: { reason: 'unknown template' } },
      ])
    }
  })
})

test('a mail that breaks our own code is tried again and does not hold up the others', async ({
  expect,
}) => {
  const mail = startMail()
  const person = someone()
  const batch = await mail.queued(codeMail(someone()), codeMail(person))
  vi.spyOn(mails.login_code, 'compose').mockImplementationOnce(() => {
    throw new TypeError('a bug')
  })
  expect((await mail.deliver(batch)).acked).toEqual([false, true])
  vi.restoreAllMocks()
  expect(await mailsTo(person.to)).toHaveLength(1)
})

describe('a dead letter', () => {
  test('leaves a critical audit event with its template and user', async ({ expect }) => {
    const mail = startMail()
    const person = someone()
    const batch = [...(await mail.queued(codeMail(person))), mail.message('broken')]
    expect((await mail.bury(batch)).acked).toEqual([true, true])
    expect(await mailEventsOf(person.userId)).toEqual([
      {
        event: 'mail_failed',
        level: 'critical',
        actor: 'system',
        data: { template: 'login_code', recipient: null, reason: 'given up' },
      },
    ])
  })

  test('stays in the queue while the database is down', async ({ expect }) => {
    const mail = startMail({ db: brokenDb() })
    const batch = await mail.queued(codeMail(someone()))
    const { acked, delays } = await mail.bury(batch)
    expect([acked, typeof delays[0]]).toEqual([[false], 'number'])
  })
})
