import { describe, test, vi } from 'vitest'
import { many } from '../../support/many'
import {
  allConnections,
  connectionsTo,
  failMailsTo,
  mailsTo,
  nextMail,
} from '../../support/smtp-mailbox'
import {
  brokenDb,
  CODE,
  codeMail,
  mailEventsOf,
  someone,
  startMail,
  verifyMail,
  withSettings,
} from './support'

describe('a batch of queued mails', () => {
  test('leaves over one connection, with one sign-in', async ({ expect }) => {
    const mail = startMail()
    const people = Array.from({ length: many(20) }, someone)
    const batch = await mail.queued(...people.map((person) => codeMail(person)))
    const before = (await allConnections()).length

    const { acked } = await mail.deliver(batch)

    expect(acked).toEqual(people.map(() => true))
    expect((await allConnections()).length).toBe(before + 1)
    const [connection] = await connectionsTo(people[0]?.to ?? '')
    expect(connection?.secure).toBe(true)
    expect(connection?.lines.filter((line) => /^AUTH/i.test(line))).toHaveLength(1)
    for (const { to } of people) expect(await mailsTo(to)).toHaveLength(1)
  })

  test('goes out codes first, then security notices, then notices', async ({ expect }) => {
    const mail = startMail()
    const [notice, security, code] = [someone(), someone(), someone()]
    const batch = await mail.queued(
      verifyMail(notice),
      {
        template: 'new_device',
        ...security,
        data: { device: null, ip: '203.0.113.7', country: null, time: new Date() },
      },
      codeMail(code),
    )
    await mail.deliver(batch)
    const [connection] = await connectionsTo(code.to)
    const rcpts = connection?.lines.filter((line) => line.startsWith('RCPT'))
    expect(rcpts).toEqual([code, security, notice].map(({ to }) => `RCPT TO:<${to}>`))
  })

  test('is one failure at a time: a refused mail does not stop its neighbours', async ({
    expect,
  }) => {
    const mail = startMail()
    const [first, refused, last] = [someone(), someone(), someone()]
    await failMailsTo(refused.to, { reply: 550 })
    const batch = await mail.queued(codeMail(first), codeMail(refused), codeMail(last))

    expect((await mail.deliver(batch)).acked).toEqual([true, true, true])
    expect(await mailsTo(last.to)).toHaveLength(1)
    expect(await mailsTo(refused.to)).toEqual([])
    expect(await connectionsTo(last.to)).toEqual(await connectionsTo(first.to))
  })

  test('costs no connection when it holds nothing to send', async ({ expect }) => {
    const mail = startMail(withSettings({ EMAIL_PORT: 1 }))
    const batch = await mail.queued(codeMail({ to: null, userId: null }))
    expect((await mail.deliver(batch)).acked).toEqual([true])
  })
})

describe('a mail that is refused', () => {
  test.for([451, 421, 452, 450])(
    'is tried again after %i, later each time',
    async (reply, { expect }) => {
      const mail = startMail()
      const person = someone()
      await failMailsTo(person.to, { reply, times: 2 })
      const [message] = await mail.queued(codeMail(person))
      if (!message) throw new Error('nothing queued')

      const first = await mail.deliver([message])
      expect(first.acked).toEqual([false])
      expect(first.delays[0]).toBeGreaterThanOrEqual(5)
      expect(first.delays[0]).toBeLessThanOrEqual(10)
      const third = await mail.deliver([{ ...message, attempts: 3 }])
      expect(third.delays[0]).toBeGreaterThanOrEqual(80)
      expect(third.delays[0]).toBeLessThanOrEqual(160)
      expect((await mail.deliver([{ ...message, attempts: 4 }])).acked).toEqual([true])
      expect(await mailsTo(person.to)).toHaveLength(1)
      expect(await mailEventsOf(person.userId)).toEqual([])
    },
  )

  test.for([
    [550, 'rcpt', 'envelope refused'],
    [553, 'rcpt', 'envelope refused'],
    [552, 'data', 'message refused'],
  ] as const)(
    'for good (%i after %s) is given up with an audit event',
    async ([reply, stage, reason], { expect }) => {
      const mail = startMail()
      const person = someone()
      await failMailsTo(person.to, { reply, stage })
      const batch = await mail.queued(codeMail(person))

      expect(await mail.deliver(batch)).toEqual({ acked: [true], delays: [undefined] })
      expect(await mailEventsOf(person.userId)).toEqual([
        {
          event: 'mail_failed',
          level: 'critical',
          actor: 'system',
          data: { template: 'login_code', recipient: null, reason, reply_code: reply },
        },
      ])
    },
  )

  test('stays in the queue while its audit event cannot be written', async ({ expect }) => {
    const mail = startMail({ db: brokenDb() })
    const person = someone()
    await failMailsTo(person.to, { reply: 550 })
    const { acked, delays } = await mail.deliver(await mail.queued(codeMail(person)))
    expect([acked, typeof delays[0]]).toEqual([[false], 'number'])
  })
})

describe('a connection that breaks', () => {
  test('while a mail is sent puts off that mail and the rest, not those before it', async ({
    expect,
  }) => {
    const mail = startMail()
    const [before, cut, after] = [someone(), someone(), someone()]
    await failMailsTo(cut.to, { act: 'close' })
    const batch = await mail.queued(codeMail(before), codeMail(cut), codeMail(after))
    const { acked, delays } = await mail.deliver(batch)
    expect(acked).toEqual([true, false, false])
    expect(delays.map((delay) => typeof delay)).toEqual(['undefined', 'number', 'number'])
  })

  test('after the server took the mail sends it again under the same Message-ID', async ({
    expect,
  }) => {
    const mail = startMail()
    const person = someone()
    const batch = await mail.queued(codeMail(person))
    await mail.deliver(batch)
    await mail.deliver(batch.map((message) => ({ ...message, attempts: 2 })))
    const [first, second] = await mailsTo(person.to, { after: 0 })
    const id = (raw: string | undefined) =>
      /^Message-ID: (<\S+@phantom\.test>)/im.exec(raw ?? '')?.[1]
    expect(id(first?.raw)).toBeDefined()
    expect(id(second?.raw)).toBe(id(first?.raw))
    const [other] = await mail.queued(codeMail(person))
    if (other) await mail.deliver([other])
    expect(id((await mailsTo(person.to, { after: 2 }))[0]?.raw)).not.toBe(id(first?.raw))
  })
})

describe('what is logged about mails', () => {
  test('names no code, no link and no whole address', async ({ expect }) => {
    const lines: string[] = []
    for (const level of ['info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line))
    }
    const mail = startMail()
    const people = [someone(), someone(), someone(), someone()] as const
    const [sent, deferred, refused, expired] = people
    await failMailsTo(deferred.to, { reply: 451 })
    await failMailsTo(refused.to, { reply: 550 })
    await mail.deliver(
      await mail.queued(codeMail(sent), codeMail(deferred), verifyMail(refused), {
        ...codeMail(expired),
        expiresAt: 1,
      }),
    )
    vi.restoreAllMocks()
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'mail_sent',
      'mail_deferred',
      'mail_expired',
      'mail_failed',
    ])
    const text = lines.join('\n')
    for (const secret of [CODE, 'token=', 'https:', ...people.map(({ to }) => to)]) {
      expect(text).not.toContain(secret)
    }
    expect(text).toContain('p…@mail.test')
  })
})

test('a mail says who it is from, to whom, when, and that no machine should answer', async ({
  expect,
}) => {
  const mail = startMail({ now: () => new Date('2026-11-24T18:13:20Z') })
  const person = someone()
  await mail.deliver(await mail.queued(codeMail(person)))
  const { raw } = await nextMail(person.to)
  expect(raw).toMatch(/^From: Phantom Security <phantom@phantom\.test>\r?$/m)
  expect(raw).toMatch(new RegExp(`^To: ${person.to}\r?$`, 'm'))
  expect(raw).toMatch(/^Date: Tue, 24 Nov 2026 18:13:20 \+0000\r?$/m)
  expect(raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m)
  expect(raw.split(/\r?\n\r?\n/)[0]).not.toMatch(/^(bcc|cc|x-mailer|reply-to):/im)
})
