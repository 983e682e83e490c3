import { env } from 'cloudflare:workers'
import { beforeEach, describe, test, vi } from 'vitest'
import { CLOSED } from '../../../src/platform/email/budget/mail-breaker'
import { noteMailStatus } from '../../../src/platform/email/mail-status'
import { MINUTE, newEvents, NOON, startService, status } from './mail-service'
import { brokenDb, codeMail, someone, verifyMail } from './support'

beforeEach(() => env.DB.prepare('DELETE FROM mail_status').run())

describe('what operators are told', () => {
  const reply = { replyCode: 535, enhancedCode: null }
  const pause = { since: NOON, until: NOON + MINUTE, tries: 0, senders: [], ...reply }
  const paused = { ...CLOSED, version: NOON, pause: { ...pause, fault: 'daily_limit' as const } }

  test('is the newest word, whichever arrives last', async ({ expect }) => {
    const { mail } = startService()
    const before = (await newEvents()).length
    await noteMailStatus(mail.deps, paused)
    const newest = { ...CLOSED, version: NOON + 2, ended: paused.pause }
    await noteMailStatus(mail.deps, newest)
    expect(await noteMailStatus(mail.deps, { ...paused, version: NOON + 1 })).toBe(true)
    expect(await status()).toMatchObject({ pause_reason: null, version: NOON + 2 })
    const events = (await newEvents()).slice(before)
    expect(events.map(({ event }) => event)).toEqual(['mail_paused', 'mail_resumed'])
  })

  test('has no end that is older than the pause', async ({ expect }) => {
    const { mail } = startService()
    const before = (await newEvents()).length
    await noteMailStatus(mail.deps, { ...paused, version: NOON + 2 })
    await noteMailStatus(mail.deps, { ...CLOSED, version: NOON + 1, ended: paused.pause })
    expect(await status()).toMatchObject({ pause_reason: 'daily_limit' })
    expect((await newEvents()).slice(before)).toMatchObject([{ event: 'mail_paused' }])
  })

  test('is told again where the reason is another one', async ({ expect }) => {
    const { mail } = startService()
    const before = (await newEvents()).length
    await noteMailStatus(mail.deps, paused)
    await noteMailStatus(mail.deps, { ...paused, version: NOON + 1 })
    const other = { ...pause, fault: 'sender_refused' as const }
    await noteMailStatus(mail.deps, { ...paused, version: NOON + 2, pause: other })
    expect((await newEvents()).slice(before)).toMatchObject([
      { data: { reason: 'daily_limit' } },
      { data: { reason: 'sender_refused' } },
    ])
  })

  test('costs batches nothing once it is told', async ({ expect }) => {
    const { mail, clock, queue } = startService('badAuth')
    queue.add(...(await mail.queued(verifyMail(someone()))))
    await queue.runUntil(NOON + 1000)
    clock.port = 'starttls'
    await queue.runUntil(NOON + 2 * MINUTE)
    const budget = mail.deps.mailBudgets.getByName('mail')
    const take: typeof budget.take = (...given) => budget.take(...given)
    Object.assign(mail.deps, { mailBudgets: { getByName: () => ({ take }) } })
    const lines: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
    expect((await mail.deliver(await mail.queued(codeMail(someone())))).acked).toEqual([true])
    vi.restoreAllMocks()
    expect(lines).toEqual([])
  })
})

describe('where operators cannot be told at once', () => {
  test('they are told that mail goes out again when the database is back', async ({ expect }) => {
    const { mail, clock, queue } = startService('badAuth')
    queue.add(...(await mail.queued(verifyMail(someone()))))
    await queue.runUntil(NOON + 1000)
    clock.port = 'starttls'
    clock.now = NOON + 61_000
    const works = mail.deps.db
    Object.assign(mail.deps, { db: brokenDb() })
    expect((await mail.deliver(await mail.queued(codeMail(someone())))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: 'sign_in_refused' })
    Object.assign(mail.deps, { db: works })
    expect((await mail.deliver(await mail.queued(codeMail(someone())))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: null })
  })

  test('they are told that mail is paused when the database is back, though nothing is tried', async ({
    expect,
  }) => {
    const { mail, clock } = startService('badAuth')
    const works = mail.deps.db
    Object.assign(mail.deps, { db: brokenDb() })
    await mail.deliver(await mail.queued(verifyMail(someone())))
    expect(await status()).toBeNull()
    Object.assign(mail.deps, { db: works })
    clock.now += 1000
    expect((await mail.deliver(await mail.queued(verifyMail(someone())))).acked).toEqual([false])
    expect(await status()).toMatchObject({ pause_reason: 'sign_in_refused', since: NOON })
  })

  test('a pause is as long as it was, however late its end is told', async ({ expect }) => {
    const { mail, clock } = startService('badAuth')
    await mail.deliver(await mail.queued(verifyMail(someone())))
    clock.port = 'starttls'
    clock.now += MINUTE
    const works = mail.deps.db
    Object.assign(mail.deps, { db: brokenDb() })
    await mail.deliver(await mail.queued(verifyMail(someone())))
    Object.assign(mail.deps, { db: works })
    clock.now += 100 * MINUTE
    const before = (await newEvents()).length
    await mail.deliver(await mail.queued(verifyMail(someone())))
    expect((await newEvents()).slice(before)).toMatchObject([
      { event: 'mail_resumed', data: { seconds: 60 } },
    ])
  })

  test('a breaker that does not answer leaves each mail to itself', async ({ expect }) => {
    const { mail } = startService('badAuth')
    const budget = mail.deps.mailBudgets.getByName('mail')
    const take: typeof budget.take = (...given) => budget.take(...given)
    const report = () => Promise.reject(new Error('down'))
    Object.assign(mail.deps, { mailBudgets: { getByName: () => ({ take, report }) } })
    const { acked, delays } = await mail.deliver(await mail.queued(verifyMail(someone())))
    expect([acked, typeof delays[0]]).toEqual([[false], 'number'])
  })
})
