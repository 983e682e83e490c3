import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import { allConnections, failMailsTo, mailsTo } from '../../support/smtp-mailbox'
import { HOUR, MINUTE, newEvents, NOON, startService, status } from './mail-service'
import { codeMail, mailEventsOf, someone, verifyMail } from './support'

beforeEach(() => env.DB.prepare('DELETE FROM mail_status').run())

async function signIns(act: () => Promise<void>): Promise<number> {
  const before = (await allConnections()).length
  await act()
  const lines = (await allConnections()).slice(before).flatMap((connection) => connection.lines)
  return lines.filter((line) => /^AUTH/i.test(line)).length
}

describe('a password that the mail server refuses', () => {
  test('is tried once a pause, whatever waits: after 1, 5 and 15 minutes, then each hour', async ({
    expect,
  }) => {
    const { clock, mail, queue } = startService('badAuth')
    queue.add(...(await mail.queued(...Array.from({ length: 12 }, () => verifyMail(someone())))))
    const until = (minutes: number) => signIns(() => queue.runUntil(NOON + minutes * MINUTE))
    expect(await until(0.9)).toBe(1)
    expect(await until(1.9)).toBe(1)
    expect(await until(5.9)).toBe(0)
    expect(await until(9)).toBe(1)
    expect(await until(20.9)).toBe(0)
    expect(await until(26)).toBe(1)
    expect(await until(80)).toBe(0)
    expect(await until(90)).toBe(1)
    expect(queue.size()).toBe(12)
    expect(await status()).toMatchObject({
      pause_reason: 'sign_in_refused',
      reply_code: 535,
      since: NOON,
    })

    clock.port = 'starttls'
    const later = await signIns(() => queue.runUntil(NOON + 4 * HOUR))
    expect(queue.size()).toBe(0)
    expect(later).toBeLessThanOrEqual(13)
  })

  test('is told once, and so is its end', async ({ expect }) => {
    const before = (await newEvents()).length
    const { clock, mail, queue } = startService('badAuth')
    queue.add(...(await mail.queued(verifyMail(someone()), verifyMail(someone()))))
    await queue.runUntil(NOON + 3 * HOUR)
    clock.port = 'starttls'
    await queue.runUntil(NOON + 5 * HOUR)
    const events = (await newEvents()).slice(before)
    expect(events).toMatchObject([
      {
        event: 'mail_paused',
        level: 'critical',
        actor: 'system',
        data: { reason: 'sign_in_refused', reply_code: 535, enhanced_code: null },
      },
      { event: 'mail_resumed', level: 'warn', data: { reason: 'sign_in_refused' } },
    ])
    expect(await status()).toMatchObject({ pause_reason: null, paused_until: null, since: null })
  })

  test('ends a code at once that would come too late, and no other', async ({ expect }) => {
    const { mail, clock } = startService('badAuth')
    const [first, late, early] = [someone(), someone(), someone()]
    const [one, two, three] = await mail.queued(
      { ...codeMail(first), expiresAt: NOON + 5 * MINUTE },
      { ...codeMail(late), expiresAt: NOON + MINUTE },
      { ...codeMail(early), expiresAt: NOON + 3 * MINUTE },
    )
    if (!one || !two || !three) throw new Error('nothing queued')
    expect((await mail.deliver([one])).acked).toEqual([false])
    clock.now += 1000
    expect((await mail.deliver([two, three])).acked).toEqual([true, false])
    expect(await mailEventsOf(late.userId)).toMatchObject([
      {
        event: 'mail_expired',
        level: 'warn',
        data: { template: 'login_code', reason: 'paused', recipient: null },
      },
    ])
  })
})

describe('while it is found out whether mail goes out again', () => {
  test('one mail is on its way and the others wait', async ({ expect }) => {
    const { mail, clock, queue } = startService('badAuth')
    queue.add(...(await mail.queued(verifyMail(someone()))))
    await queue.runUntil(NOON + 1000)
    clock.port = 'starttls'
    clock.now = NOON + 61_000
    const people = [someone(), someone(), someone()]
    const batch = await mail.queued(...people.map((person) => codeMail(person)))
    const { acked, delays } = await mail.deliver(batch)
    expect(acked).toEqual([true, false, false])
    for (const delay of delays.slice(1)) {
      expect(delay).toBeGreaterThanOrEqual(15)
      expect(delay).toBeLessThanOrEqual(20)
    }
    expect((await mail.deliver(batch.slice(1))).acked).toEqual([true, true])
  })

  test('a server that does not answer is asked each minute, whatever waits', async ({ expect }) => {
    const { mail, clock, queue } = startService('badAuth')
    queue.add(...(await mail.queued(...Array.from({ length: 12 }, () => verifyMail(someone())))))
    await queue.runUntil(NOON + 1000)
    clock.port = 'plain'
    const before = (await allConnections()).length
    await queue.runUntil(NOON + 10.9 * MINUTE)
    const asked = (await allConnections()).length - before
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThanOrEqual(10)
    clock.port = 'starttls'
    await queue.runUntil(NOON + 16 * MINUTE)
    expect(queue.size()).toBe(0)
  })

  test('a mail that is refused for itself leaves it to the next one', async ({ expect }) => {
    const { mail, clock, queue } = startService('badAuth')
    queue.add(...(await mail.queued(verifyMail(someone()))))
    await queue.runUntil(NOON + 1000)
    clock.port = 'starttls'
    clock.now = NOON + 61_000
    const [gone, person] = [someone(), someone()]
    await failMailsTo(gone.to, { reply: 550, text: '5.1.1 No such user' })
    expect((await mail.deliver(await mail.queued(codeMail(gone)))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: 'sign_in_refused' })
    expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: null })
  })
})

test('a daily limit closes the day, once another mail hears of it too', async ({ expect }) => {
  const { mail, clock, queue } = startService()
  const people = [someone(), someone()]
  for (const { to } of people) {
    await failMailsTo(to, { reply: 550, text: '5.4.5 Daily sending quota exceeded' })
  }
  queue.add(...(await mail.queued(...people.map((person) => verifyMail(person)))))
  const before = (await allConnections()).length
  await queue.runUntil(Date.UTC(2026, 10, 24, 23, 59))
  expect((await allConnections()).length).toBe(before + 2)
  expect(queue.size()).toBe(2)
  expect(await status()).toMatchObject({
    pause_reason: 'daily_limit',
    paused_until: Date.UTC(2026, 10, 25),
  })
  await queue.runUntil(Date.UTC(2026, 10, 25, 0, 5))
  expect(queue.size()).toBe(0)
  expect(clock.now).toBe(Date.UTC(2026, 10, 25, 0, 5))
})

test('a daily limit that one mail alone hears of costs a minute', async ({ expect }) => {
  const { mail, queue } = startService()
  const [first, second] = [someone(), someone()]
  await failMailsTo(first.to, { reply: 550, text: '5.4.5 Congested', times: 100 })
  queue.add(...(await mail.queued(verifyMail(first), verifyMail(second))))
  await queue.runUntil(NOON + 2 * MINUTE)
  expect(await mailsTo(second.to)).toHaveLength(1)
})

test('a fault of the account stops the rest of its batch', async ({ expect }) => {
  const { mail } = startService()
  const people = [someone(), someone(), someone()]
  await failMailsTo(people[1]?.to ?? '', { reply: 530, text: '5.7.0 Authentication Required' })
  const batch = await mail.queued(...people.map((person) => codeMail(person)))
  const { acked, delays } = await mail.deliver(batch)
  expect(acked).toEqual([true, false, false])
  for (const delay of delays.slice(1)) {
    expect(delay).toBeGreaterThanOrEqual(60)
    expect(delay).toBeLessThanOrEqual(75)
  }
  expect(await mailsTo(people[2]?.to ?? '')).toEqual([])
})
