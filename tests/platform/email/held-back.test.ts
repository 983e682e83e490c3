import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { Deps } from '../../../src/platform/deps'
import { littlePatience } from '../../support/patience'
import { failMailsTo, mailsTo } from '../../support/smtp-mailbox'
import { codeMail, mailEventsOf, someone, startMail, verifyMail, withSettings } from './support'

describe('when the day has no budget left', () => {
  const spend = async (mail: ReturnType<typeof startMail>) => {
    await mail.deliver(await mail.queued(codeMail(someone())))
  }

  test('a mail that can wait is sent the next day', async ({ expect }) => {
    let now = new Date('2026-11-24T23:00:00Z')
    const mail = startMail({ ...withSettings({ EMAIL_DAILY_LIMIT: 1 }), now: () => now })
    await spend(mail)
    const person = someone()
    const [message] = await mail.queued(verifyMail(person))
    if (!message) throw new Error('nothing queued')
    const { acked, delays } = await mail.deliver([message])
    expect(acked).toEqual([false])
    expect(delays[0]).toBeGreaterThanOrEqual(3600)
    expect(delays[0]).toBeLessThanOrEqual(5400)
    expect(await mailEventsOf(person.userId)).toEqual([])

    now = new Date('2026-11-25T00:10:00Z')
    expect((await mail.deliver([{ ...message, attempts: 2 }])).acked).toEqual([true])
    expect(await mailsTo(person.to)).toHaveLength(1)
  })

  test('a code, which cannot wait, ends at once with an audit event', async ({ expect }) => {
    const mail = startMail(withSettings({ EMAIL_DAILY_LIMIT: 1 }))
    await spend(mail)
    const person = someone()
    const expiresAt = Date.now() + 300_000
    const { acked } = await mail.deliver(await mail.queued({ ...codeMail(person), expiresAt }))
    expect(acked).toEqual([true])
    expect(await mailEventsOf(person.userId)).toMatchObject([
      { event: 'mail_expired', level: 'warn', data: { reason: 'daily cap' } },
    ])
  })

  test('a flood of sign-ups from many networks has left most of it to codes', async ({
    expect,
  }) => {
    // At noon: early in the day a link would have ended before the next one begins.
    const noon = new Date().setUTCHours(12)
    const mail = startMail({
      ...withSettings({ EMAIL_DAILY_LIMIT: 10 }),
      now: () => new Date(noon),
    })
    const flood = await mail.queued(
      ...Array.from({ length: 12 }, (_, index) => ({
        ...verifyMail(someone()),
        expiresAt: noon + 86_400_000,
        cause: { ip: `198.51.100.${index}` },
      })),
    )
    const { acked } = await mail.deliver(flood)
    expect(acked.filter(Boolean)).toHaveLength(3)
    const person = someone()
    const code = { ...codeMail(person), expiresAt: noon + 300_000 }
    await mail.deliver(await mail.queued(code))
    expect(await mailsTo(person.to)).toHaveLength(1)
  })
})

describe('one address', () => {
  test('is written to once a minute by strangers; the next one waits', async ({ expect }) => {
    let now = new Date()
    const mail = startMail({ now: () => now })
    const person = someone()
    const [first, second, third] = await mail.queued(
      verifyMail(person),
      verifyMail(person),
      verifyMail(person),
    )
    if (!first || !second || !third) throw new Error('nothing queued')
    const { acked, delays } = await mail.deliver([first, second])
    expect(acked).toEqual([true, false])
    expect(delays[1]).toBeGreaterThan(50)
    expect(delays[1]).toBeLessThanOrEqual(60)

    now = new Date(now.getTime() + 61_000)
    expect((await mail.deliver([{ ...second, attempts: 2 }])).acked).toEqual([true])
    expect((await mail.deliver([{ ...third, attempts: 2 }])).acked).toEqual([false])
    now = new Date(now.getTime() + 61_000)
    expect((await mail.deliver([{ ...third, attempts: 3 }])).acked).toEqual([true])
    expect(await mailsTo(person.to)).toHaveLength(3)
    expect(await mailEventsOf(person.userId)).toEqual([])
  })

  test('is written to five times an hour, whatever its spelling', async ({ expect }) => {
    let now = new Date()
    const mail = startMail({ now: () => now })
    const person = someone()
    const spellings = [person.to, person.to.toUpperCase(), person.to.replace('mail', 'MAIL')]
    let sent = 0
    for (let minute = 0; minute < 8; minute += 1) {
      const to = spellings[minute % spellings.length] ?? person.to
      const { acked } = await mail.deliver(await mail.queued(verifyMail({ ...person, to })))
      expect(acked).toEqual([true])
      now = new Date(now.getTime() + 60_000)
      sent = (await mailsTo(person.to)).length
    }
    expect(sent).toBe(5)
    // By their count: anybody can ask for more.
    const data = { template: 'verify_email', recipient: null, reason: 'recipient cap' }
    const suppressed = { event: 'mail_suppressed', level: 'warn', actor: 'system' }
    expect(await mailEventsOf(person.userId)).toEqual([
      { ...suppressed, data },
      { ...suppressed, data: { ...data, count: 2 } },
    ])
  })

  test('gets what the guard of its name has granted, whatever else strangers have had', async ({
    expect,
  }) => {
    const mail = startMail()
    const person = someone()
    const from = (index: number) => ({
      ...verifyMail(person),
      cause: { ip: `198.51.100.${index}` },
    })
    const strangers = Array.from({ length: 31 }, (_, index) => from(index))
    await mail.deliver(await mail.queued(...strangers))
    expect(await mailsTo(person.to)).toHaveLength(30)
    const named = { ...from(0), name: person.to }
    const decoys = strangers.map((one) => ({ ...one, to: null, userId: null, name: person.to }))
    await mail.deliver(await mail.queued(...decoys, named, { ...named, cause: 'service' }))
    expect(await mailsTo(person.to)).toHaveLength(32)
  })

  test('gets every login code, which needs the password', async ({ expect }) => {
    const mail = startMail()
    const person = someone()
    const codes = Array.from({ length: 7 }, () => codeMail(person))
    expect((await mail.deliver(await mail.queued(...codes))).acked).toEqual(codes.map(() => true))
    expect(await mailsTo(person.to)).toHaveLength(7)
  })

  test('is not charged again for a mail that is tried again', async ({ expect }) => {
    const mail = startMail(withSettings({ EMAIL_DAILY_LIMIT: 1 }))
    const person = someone()
    await failMailsTo(person.to, { reply: 451 })
    const [message] = await mail.queued(verifyMail(person))
    if (!message) throw new Error('nothing queued')
    expect((await mail.deliver([message])).acked).toEqual([false])
    expect((await mail.deliver([{ ...message, attempts: 2 }])).acked).toEqual([true])
    expect(await mailsTo(person.to)).toHaveLength(1)
  })

  test('stands nowhere in the storage of the budget', async ({ expect }) => {
    const name = crypto.randomUUID()
    const budget = env.MAIL_BUDGET.getByName(name)
    const mailBudgets = { getByName: () => budget } as unknown as Deps['mailBudgets']
    const mail = startMail({ mailBudgets })
    const person = someone()
    await mail.deliver(await mail.queued(verifyMail(person)))
    const rows = await runInDurableObject(budget, (_budget, { storage }) =>
      storage.sql.exec('SELECT * FROM recipients').toArray(),
    )
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(person.to.split('@')[0])
  })
})

test.for(['fails', 'hangs'])(
  'a budget that %s lets nothing out and loses nothing',
  { timeout: 10_000 },
  async (fault, { expect }) => {
    const take = () =>
      fault === 'fails' ? Promise.reject(new Error('down')) : new Promise<never>(() => {})
    const mailBudgets = { getByName: () => ({ take }) } as unknown as Deps['mailBudgets']
    const mail = startMail({ mailBudgets, patience: littlePatience({ store: 50 }) })
    const person = someone()
    const { acked, delays } = await mail.deliver(await mail.queued(codeMail(person)))
    expect([acked, typeof delays[0]]).toEqual([[false], 'number'])
    expect(await mailsTo(person.to)).toEqual([])
  },
)
