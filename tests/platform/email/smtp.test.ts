import { describe, test } from 'vitest'
import type { Outcome } from '../../../src/platform/email/carrier'
import { connectSmtp, SMTP_LIMITS } from '../../../src/platform/email/smtp'
import { describeSmtpError } from '../../../src/platform/email/smtp-error'
import {
  allConnections,
  connectionsTo,
  failMailsTo,
  mailboxPorts,
  mailsTo,
  type Ports,
} from '../../support/smtp-mailbox'
import { someone, startMail, withSettings } from './support'

/** For a server that hangs; any other has its time, however busy the machine is. */
const SHORT = { ...SMTP_LIMITS, greeting: 200, idle: 300 }

/** Sends one mail through a server of the mailbox, and says what became of it and what it took. */
async function sendVia(
  port: keyof Ports,
  { host = '127.0.0.1', to = someone().to, limits = SMTP_LIMITS } = {},
) {
  const settings = withSettings({
    EMAIL_HOST: host,
    EMAIL_PORT: mailboxPorts[port],
    EMAIL_USE_TLS: port !== 'tls',
    EMAIL_USE_SSL: port === 'tls',
  })
  const before = (await allConnections()).length
  const startedAt = Date.now()
  const carrier = await connectSmtp(startMail(settings).deps, limits)
  const mail = { id: 'q1', to, subject: 'S', text: 'T', html: '<p>T</p>' }
  const outcome = await carrier.send(mail)
  await carrier.close()
  const tookMs = Date.now() - startedAt
  const lines = (await allConnections()).slice(before).flatMap((connection) => connection.lines)
  return { outcome, tookMs, lines, mails: await mailsTo(to) }
}

const DEFERRED = { status: 'deferred' } satisfies Partial<Outcome>

describe('mail never leaves in clear', () => {
  test.for(['starttls', 'tls'] as const)(
    '%s: encrypted before the password',
    async (port, { expect }) => {
      for (const host of ['127.0.0.1', 'localhost']) {
        const { to } = someone()
        const { outcome, mails } = await sendVia(port, { host, to })
        expect([host, outcome]).toEqual([host, { status: 'sent', reason: 'accepted' }])
        expect(mails).toHaveLength(1)
        const [connection] = await connectionsTo(to)
        expect(connection).toMatchObject({ port, secure: true, user: 'phantom@phantom.test' })
      }
    },
  )

  test('a server without STARTTLS gets no password and no mail', async ({ expect }) => {
    const { outcome, lines, mails } = await sendVia('plain')
    expect(outcome).toMatchObject({ ...DEFERRED, reason: 'no TLS' })
    expect(lines.some((line) => /^(AUTH|MAIL|RCPT|DATA)/i.test(line))).toBe(false)
    expect(lines[0]).toMatch(/^EHLO/)
    expect(mails).toEqual([])
  })

  test('a server with a certificate that nobody vouches for gets neither', async ({ expect }) => {
    const { outcome, lines, mails } = await sendVia('foreign')
    expect(outcome).toMatchObject(DEFERRED)
    expect(lines.some((line) => /^(AUTH|MAIL|RCPT|DATA)/i.test(line))).toBe(false)
    expect(mails).toEqual([])
  })

  test.for(['starttls', 'tls'] as const)(
    '%s: nor does one with the certificate of another host',
    async (port, { expect }) => {
      // 0.0.0.0 reaches the same server; its certificate names 127.0.0.1 and localhost.
      const { outcome, lines, mails } = await sendVia(port, { host: '0.0.0.0' })
      expect(outcome).toMatchObject(DEFERRED)
      expect(lines.some((line) => /^(AUTH|MAIL|RCPT|DATA)/i.test(line))).toBe(false)
      expect(mails).toEqual([])
    },
  )
})

describe('a server that cannot be used defers the mail', () => {
  test('because it refuses our password, even for good', async ({ expect }) => {
    const { outcome, mails } = await sendVia('badAuth')
    expect(outcome).toEqual({
      status: 'deferred',
      reason: 'sign-in refused',
      replyCode: 535,
      fault: 'sign_in_refused',
    })
    expect(mails).toEqual([])
  })

  test('because it does not ask for our password', async ({ expect }) => {
    const { outcome, mails } = await sendVia('noAuth')
    expect(outcome).toMatchObject({ ...DEFERRED, reason: 'sign-in refused' })
    expect(mails).toEqual([])
  })

  test('because it hangs up', async ({ expect }) => {
    expect((await sendVia('closing', { limits: SHORT })).outcome).toMatchObject(DEFERRED)
  })

  test('because nobody listens', async ({ expect }) => {
    const settings = withSettings({ EMAIL_HOST: '127.0.0.1', EMAIL_PORT: 1 })
    const carrier = await connectSmtp(startMail(settings).deps)
    const mail = { id: 'q1', to: 'a@mail.test', subject: 'S', text: 'T', html: '' }
    expect(await carrier.send(mail)).toMatchObject(DEFERRED)
    await carrier.close()
  })
})

test('only a 5xx about the mail itself is final', ({ expect }) => {
  const judge = (responseCode: number, command: string) =>
    describeSmtpError({ code: 'EENVELOPE', responseCode, command }).status
  for (const command of ['CONN', 'EHLO', 'STARTTLS', 'AUTH PLAIN', 'MAIL FROM', 'DATA', 'RSET']) {
    expect(judge(550, command)).toBe('deferred')
  }
  expect([499, 550, 600].map((code) => judge(code, 'RCPT TO'))).toEqual([
    'deferred',
    'refused',
    'deferred',
  ])
  for (const error of [undefined, null, 'x', {}, new Error('x')]) {
    expect(describeSmtpError(error)).toEqual({ status: 'deferred', reason: 'connection failed' })
  }
})

describe('a server that hangs costs a bounded time', () => {
  test('before its greeting', async ({ expect }) => {
    const { outcome, tookMs } = await sendVia('silent', { limits: SHORT })
    expect(outcome).toEqual({ status: 'deferred', reason: 'no answer in time' })
    expect(tookMs).toBeLessThan(1500)
  })

  test.for(['rcpt', 'data'] as const)('at %s', async (stage, { expect }) => {
    const { to } = someone()
    await failMailsTo(to, { stage, act: 'hang' })
    const { outcome, tookMs } = await sendVia('starttls', { to, limits: SHORT })
    expect(outcome).toEqual({ status: 'deferred', reason: 'no answer in time' })
    expect(tookMs).toBeLessThan(2000)
  })

  test('in total, however often it says something in between', async ({ expect }) => {
    const { to } = someone()
    await failMailsTo(to, { act: 'hang' })
    const limits = { ...SMTP_LIMITS, total: 500 }
    const { outcome, tookMs } = await sendVia('starttls', { to, limits })
    expect(outcome).toEqual({ status: 'deferred', reason: 'no answer in time' })
    expect(tookMs).toBeLessThan(2500)
  })

  test('and all limits together are shorter than a mailed code lives', ({ expect }) => {
    expect(SMTP_LIMITS.total).toBeLessThanOrEqual(60_000)
    for (const limit of Object.values(SMTP_LIMITS)) expect(limit).toBeLessThanOrEqual(60_000)
  })
})

test.for(['rcpt', 'data'] as const)(
  'a connection cut at %s defers the mail',
  async (stage, { expect }) => {
    const { to } = someone()
    await failMailsTo(to, { stage, act: 'close' })
    const { outcome, mails } = await sendVia('starttls', { to })
    expect(outcome).toMatchObject(DEFERRED)
    expect(mails).toEqual([])
  },
)
