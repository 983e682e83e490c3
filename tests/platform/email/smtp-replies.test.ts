import { describe, test } from 'vitest'
import type { Outcome } from '../../../src/platform/email/carrier'
import { connectSmtp } from '../../../src/platform/email/smtp'
import { describeSmtpError } from '../../../src/platform/email/smtp-error'
import { failMailsTo, mailboxPorts } from '../../support/smtp-mailbox'
import { someone, startMail, withSettings } from './support'

type Stage = 'mail' | 'rcpt' | 'data'
type Verdict = Pick<Outcome, 'status' | 'fault'>

/** Has the real server answer a command with this reply, and says what became of the mail. */
async function replied(stage: Stage, reply: number, text: string): Promise<Outcome> {
  const [from, to] = [someone().to, someone().to]
  await failMailsTo(stage === 'mail' ? from : to, { stage, reply, text })
  const { deps } = startMail(withSettings({ EMAIL_FROM: `Phantom <${from}>` }))
  const carrier = await connectSmtp(deps)
  const outcome = await carrier.send({ id: 'q1', to, subject: 'S', text: 'T', html: '<p>T</p>' })
  await carrier.close()
  return outcome
}

const MAIL: Verdict = { status: 'refused' }
const SERVER: Verdict = { status: 'deferred' }
const DAILY: Verdict = { status: 'deferred', fault: 'daily_limit' }
const SIGN_IN: Verdict = { status: 'deferred', fault: 'sign_in_refused' }
const SENDER: Verdict = { status: 'deferred', fault: 'sender_refused' }
const UNCLEAR: Verdict = { status: 'deferred', fault: 'mails_refused' }

/** Reply, and whose fault it is at MAIL FROM, RCPT TO and DATA. */
const REPLIES: [reply: number, text: string, mail: Verdict, rcpt: Verdict, data: Verdict][] = [
  [550, '5.4.5 Daily user sending limit exceeded', DAILY, DAILY, DAILY],
  [530, '5.7.0 Authentication Required', SIGN_IN, SIGN_IN, SIGN_IN],
  [530, 'Authentication Required', SIGN_IN, SIGN_IN, SIGN_IN],
  [535, '5.7.8 Username and Password not accepted', SIGN_IN, SIGN_IN, SIGN_IN],
  [550, '5.7.60 Client may not send as this sender', SENDER, SENDER, SENDER],
  [550, '5.1.8 Access denied, bad outbound sender', SENDER, SENDER, SENDER],
  [553, '5.1.7 Bad sender address syntax', SENDER, SENDER, SENDER],
  [550, '5.7.1 Message refused by policy', SENDER, UNCLEAR, UNCLEAR],
  [553, '5.7.1 Sender address rejected: not owned by user', SENDER, UNCLEAR, UNCLEAR],
  [554, '5.2.0 STOREDRV.Submission.Exception', SENDER, UNCLEAR, UNCLEAR],
  [550, '5.7.0 Mail relay denied', SENDER, UNCLEAR, UNCLEAR],
  [554, 'Transaction failed', SENDER, UNCLEAR, UNCLEAR],
  [550, '5.1.1 No such user', SENDER, MAIL, MAIL],
  [556, '5.1.10 Recipient address has null MX', SENDER, MAIL, MAIL],
  [550, '5.2.1 Mailbox disabled', SENDER, MAIL, MAIL],
  [552, '5.2.2 Mailbox full', SENDER, MAIL, MAIL],
  [552, 'Too much mail data', MAIL, MAIL, MAIL],
  [552, '5.3.4 Message too big', MAIL, MAIL, MAIL],
  [554, '5.6.0 Message malformed', MAIL, MAIL, MAIL],
  [550, 'No such user here', SENDER, MAIL, UNCLEAR],
  [553, 'Mailbox name not allowed', SENDER, MAIL, UNCLEAR],
  [450, '4.2.1 Receiving too fast', SERVER, SERVER, SERVER],
  [451, '4.5.4 Try later', SERVER, SERVER, SERVER],
]

describe('a reply says whose fault it is', () => {
  const cases = REPLIES.flatMap(([reply, text, mail, rcpt, data]) => [
    { reply, text, stage: 'mail' as const, verdict: mail },
    { reply, text, stage: 'rcpt' as const, verdict: rcpt },
    { reply, text, stage: 'data' as const, verdict: data },
  ])
  test.for(cases)(
    '$reply $text, at $stage',
    async ({ reply, text, stage, verdict }, { expect }) => {
      const { reason, ...outcome } = await replied(stage, reply, text)
      const enhancedCode = /^\d\.\d+\.\d+/.exec(text)?.[0]
      expect(outcome).toEqual({
        ...verdict,
        replyCode: reply,
        ...(enhancedCode && { enhancedCode }),
      })
      expect(text).not.toContain(reason)
    },
  )
})

test('only a code at the beginning that agrees with its reply counts, and no other text stays', ({
  expect,
}) => {
  const judge = (response: string) =>
    describeSmtpError({ code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO', response })
      .enhancedCode
  expect(judge('550 5.4.5 over')).toBe('5.4.5')
  expect(judge('550-5.4.5 over\n550 5.1.1 more')).toBe('5.4.5')
  expect(judge('550 5.7.509')).toBe('5.7.509')
  for (const text of ['x 5.4.5', '4.4.5 x', '5.4.5.6 x', '5.4 x', '5.4.1234 x', '5.4.5@x', '']) {
    expect([text, judge(`550 ${text}`)]).toEqual([text, undefined])
  }
})

test('a sign-in that is refused is the account’s fault, for a while or for good', ({ expect }) => {
  const judge = (error: object) => describeSmtpError({ code: 'EAUTH', ...error }).fault
  expect(judge({ responseCode: 535, command: 'AUTH PLAIN' })).toBe('sign_in_refused')
  expect(judge({ command: 'API' })).toBe('sign_in_refused')
  expect(judge({ responseCode: 454, command: 'AUTH PLAIN' })).toBe('sign_in_refused')
  expect(describeSmtpError({ code: 'ETLS', responseCode: 454, command: 'STARTTLS' }).fault).toBe(
    undefined,
  )
})

/** Several at once: then the connection ends between two steps of ours. */
test.for([false, true])(
  'a server that hangs up before its greeting is not waited for (TLS from the first byte: %s)',
  async (isTls, { expect }) => {
    const startedAt = Date.now()
    const EMAIL_PORT = mailboxPorts.closing
    const { deps } = startMail(
      withSettings({ EMAIL_PORT, EMAIL_USE_SSL: isTls, EMAIL_USE_TLS: !isTls }),
    )
    const carriers = await Promise.all(Array.from({ length: 8 }, () => connectSmtp(deps)))
    const mail = { id: 'q1', to: someone().to, subject: 'S', text: 'T', html: '' }
    for (const carrier of carriers) {
      expect(await carrier.send(mail)).toMatchObject({ status: 'deferred' })
    }
    expect(Date.now() - startedAt).toBeLessThan(5000)
  },
)

test.for(['CONN', 'EHLO', 'STARTTLS'])('a 5xx to %s is the server’s', (command, { expect }) => {
  const error = { code: 'EPROTOCOL', responseCode: 554, response: '554 5.7.1 Go away', command }
  expect(describeSmtpError(error)).toMatchObject({ status: 'deferred', replyCode: 554 })
  expect(describeSmtpError(error)).not.toHaveProperty('fault')
})
