import { describe, test, vi } from 'vitest'
import type { OutgoingMail } from '../../src/platform/email/carrier'
import { enqueueMail, type MailRequest } from '../../src/platform/email/enqueue'
import { isHeaderSafe, wireAddress } from '../../src/platform/email/header-safety'
import { connectSmtp } from '../../src/platform/email/smtp'
import {
  CODE,
  codeMail,
  mailEventsOf,
  someone,
  startMail,
  verifyMail,
} from '../platform/email/support'
import { allConnections, connectionsTo, failMailsTo, mailsTo } from '../support/smtp-mailbox'

/** Ways to say more than one line, or more than one mailbox, where one is expected. */
const BREAKS = ['\r\n', '\n', '\r', '\0', '\u2028', '\u2029', '\u0085', '\v', '\f', '\ud800']
const INJECTIONS = BREAKS.flatMap((line) => [
  `me@mail.test${line}Bcc: victim@mail.test`,
  `me@mail.test>${line}RCPT TO:<victim@mail.test`,
  `me${line}@mail.test`,
  `${line}me@mail.test`,
  `me@mail.test${line}`,
])
const LISTS = [
  'victim@mail.test,me@mail.test',
  'victim@mail.test;me@mail.test',
  'victim@mail.test me@mail.test',
  'Me <me@mail.test>',
  '<me@mail.test>',
  'me@mail.test (victim@mail.test)',
  '"me@mail.test, victim"@mail.test',
  '@relay.test:me@mail.test',
  'me@[127.0.0.1]',
  'me@@mail.test',
  'me',
  '',
  '@',
  'undisclosed-recipients:;',
  `${'a'.repeat(65)}@mail.test`,
  `a@${'b'.repeat(250)}.test`,
]

/** A mail that shows a name of the stranger's choice. */
function naming(
  username: string,
  person = someone(),
): { person: typeof person; mail: MailRequest } {
  const { ip, country, time } = verifyMail(person).data
  const data = { username, ip, country, time, device: null }
  return { person, mail: { template: 'username_unavailable', ...person, data } }
}

/** Sends them as one batch, and returns what each person found in the mailbox. */
async function deliverAll(named: ReturnType<typeof naming>[]) {
  const mail = startMail()
  const { acked } = await mail.deliver(await mail.queued(...named.map((entry) => entry.mail)))
  if (!acked.every(Boolean)) throw new Error('not all were sent')
  return Promise.all(named.map(({ person }) => mailsTo(person.to)))
}

/** What a queue message would send if nobody had checked it on the way in. */
async function smuggled(mail: ReturnType<typeof startMail>, to: string, userId: string) {
  const { sealMail } = await import('../../src/platform/email/queued-mail')
  return mail.message(await sealMail(mail.deps, { ...codeMail({ to, userId }) }))
}

describe('E-055: one address field holds one address', () => {
  test.for(LISTS)('%j is not queued and, if it were, not sent', async (to, { expect }) => {
    expect(wireAddress(to)).toBeUndefined()
    const mail = startMail()
    await expect(enqueueMail(mail.deps, codeMail({ to, userId: null }))).rejects.toThrow()
    const { userId } = someone()
    expect((await mail.deliver([await smuggled(mail, to, userId)])).acked).toEqual([true])
    expect(await mailEventsOf(userId)).toMatchObject([{ data: { reason: 'unsafe header' } }])
  })

  test('a list in the place of an address is not a mail', async ({ expect }) => {
    const mail = startMail()
    const { userId } = someone()
    const list = ['victim@mail.test', 'me@mail.test'] as unknown as string
    const message = await smuggled(mail, list, userId)
    expect((await mail.deliver([message])).acked).toEqual([true])
    expect(await mailsTo('victim@mail.test')).toEqual([])
  })
})

describe('E-095: nothing that a user writes ends a line of a mail', () => {
  test('no line break, control or half character passes as an address', async ({ expect }) => {
    const before = (await allConnections()).length
    const mail = startMail()
    for (const to of INJECTIONS) {
      expect([to, wireAddress(to)]).toEqual([to, undefined])
      await expect(enqueueMail(mail.deps, codeMail({ to, userId: null }))).rejects.toThrow()
    }
    const { userId } = someone()
    const batch = await Promise.all(INJECTIONS.map((to) => smuggled(mail, to, userId)))
    expect((await mail.deliver(batch)).acked).toEqual(INJECTIONS.map(() => true))
    expect(await mailEventsOf(userId)).toHaveLength(INJECTIONS.length)
    expect((await allConnections()).length).toBe(before)
    expect(await mailsTo('victim@mail.test')).toEqual([])
  })

  test('nor as a subject', ({ expect }) => {
    for (const line of BREAKS) expect(isHeaderSafe(`Hello${line}Bcc: victim@mail.test`)).toBe(false)
    expect(isHeaderSafe('Confirm your e-mail address – grüß dich 😀')).toBe(true)
  })

  test('a name with line breaks stays one line of the text of one mail to one person', async ({
    expect,
  }) => {
    const named = [...BREAKS, '%0d%0a', '=0D=0A'].map((line) =>
      naming(`x${line}Bcc: victim@mail.test${line}Subject: pwned${line}${line}body`),
    )
    for (const [index, [sent, more]] of (await deliverAll(named)).entries()) {
      expect(more).toBeUndefined()
      expect(sent?.envelope.to).toEqual([named[index]?.person.to])
      expect(sent?.subject).toBe('Your account has no username yet')
      expect(Object.keys(sent?.headers ?? {}).sort()).toEqual([
        'auto-submitted',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ])
    }
    expect(await mailsTo('victim@mail.test')).toEqual([])
  })
})

function openCarrier() {
  return connectSmtp(startMail().deps)
}

describe('E-096: no text ends a mail and starts the next', () => {
  test('dot lines and SMTP commands in a mail stay text of that mail', async ({ expect }) => {
    const ends = ['\r\n.\r\n', '\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n', '\r\n.\r', '\r\n.\0\r\n']
    const carrier = await openCarrier()
    const people = ends.map(() => someone().to)
    for (const [index, end] of ends.entries()) {
      const to = people[index] ?? ''
      const evil = `hello${end}MAIL FROM:<a@evil.test>\r\nRCPT TO:<victim@mail.test>\r\nDATA\r\nX${end}`
      const outgoing: OutgoingMail = { id: to, to, subject: 'S', text: evil, html: evil }
      expect(await carrier.send(outgoing)).toMatchObject({ status: 'sent' })
      expect(await mailsTo(to)).toHaveLength(1)
    }
    await carrier.close()
    const [connection] = await connectionsTo(people[0] ?? '')
    const commands = connection?.lines.filter((line) => /^(MAIL|RCPT)/i.test(line))
    expect(commands).toHaveLength(2 * ends.length)
    expect(commands?.filter((line) => /^RCPT/i.test(line))).toEqual(
      people.map((to) => `RCPT TO:<${to}>`),
    )
    expect(await mailsTo('victim@mail.test')).toEqual([])
  })

  test('a bare CR or LF never leaves: every line of a mail ends in both', async ({ expect }) => {
    const { to } = someone()
    const carrier = await openCarrier()
    const text = 'a\nb\rc\r\nd'
    await carrier.send({ id: to, to, subject: 'S', text, html: text })
    await carrier.close()
    const [mail] = await mailsTo(to)
    expect(mail?.raw).not.toMatch(/(^|[^\r])\n|\r(?!\n)/)
  })
})

describe('E-097: our mails do not carry a stranger’s message', () => {
  test.for([
    'https://evil.test/login',
    'evil.test',
    'www.evil.test',
    'mail me@evil.test now',
    '<a href="https://evil.test">click</a>',
    '"><script>alert(1)</script>',
    'your account is closed, visit evil.test '.repeat(3),
    'evil。test',
    'evil\u200b.test',
    '\u202etset.live',
  ])('%j as a name is capped, escaped and no link', async (username, { expect }) => {
    const [[sent] = []] = await deliverAll([naming(username)])
    const [, shown = ''] = /The username “(.*)” was taken/.exec(sent?.text ?? '') ?? []
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.length).toBeLessThan(80)
    // What mail clients turn into links: a scheme, or a dot or at sign between letters.
    for (const text of [shown, sent?.html.replaceAll(/auth\.phantom\.test/g, '') ?? '']) {
      expect(text).not.toMatch(/evil[.。]test|@evil|https?:\/\/evil|www\.evil/)
    }
    const tags = sent?.html.match(/<[^>]+>/g) ?? []
    expect(tags.filter((tag) => /script|evil/i.test(tag))).toEqual([])
    expect(tags.filter((tag) => /href=/.test(tag))).toEqual([])
  })
})

test('E-102: template and format syntax in a mail stays as it was written', async ({ expect }) => {
  // Of numbers whose product stands in no time and no address.
  const names = ['{{271*7}}', '${271*7}', '%s%n', '#{271*7}', '<%= 271*7 %>', '$&$1']
  const mailboxes = await deliverAll(names.map((name) => naming(name)))
  for (const [index, [sent]] of mailboxes.entries()) {
    expect(sent?.text).toContain(`“${names[index]}”`)
    expect(sent?.text).not.toContain('1897')
  }
})

test('E-043: a code stands in the mail and nowhere else', async ({ expect }) => {
  const written: string[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...line: unknown[]) => {
      written.push(line.map(String).join(' '))
    })
  }
  const mail = startMail()
  const [sent, deferred, refused] = [someone(), someone(), someone()]
  await failMailsTo(deferred.to, { reply: 451, stage: 'data' })
  await failMailsTo(refused.to, { reply: 554, stage: 'data' })
  const batch = await mail.queued(...[sent, deferred, refused].map((person) => codeMail(person)))
  await mail.deliver(batch)
  await mail.bury(batch)
  vi.restoreAllMocks()

  const [delivered] = await mailsTo(sent.to)
  expect(delivered?.text).toContain(CODE)
  const head = delivered?.raw.split(/\r?\n\r?\n/)[0]
  const events = await Promise.all([sent, refused].map(({ userId }) => mailEventsOf(userId)))
  const queue = batch.map(({ body }) => body)
  for (const place of [head, JSON.stringify(events), ...written, ...queue]) {
    expect(place).not.toContain(CODE)
  }
  expect(written.length).toBeGreaterThan(3)
})
