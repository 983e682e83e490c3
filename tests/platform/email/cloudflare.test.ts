import { test } from 'vitest'
import { codeMail, mailEventsOf, someone, startMail, verifyMail, withSettings } from './support'

const CLOUDFLARE = withSettings({ EMAIL_PROVIDER: 'cloudflare' })

/** The `send_email` binding, which only the platform has for real: keeps what it is given, or throws. */
function binding(code?: string) {
  const sent: EmailMessageBuilder[] = []
  let calls = 0
  const send = (mail: EmailMessageBuilder) => {
    calls += 1
    if (code) throw Object.assign(new Error('to secret@mail.test'), { code })
    sent.push(mail)
    return Promise.resolve({ messageId: '1' })
  }
  return { sent, calls: () => calls, emailBinding: { send } as unknown as SendEmail }
}

test('with EMAIL_PROVIDER=cloudflare mails go to the binding', async ({ expect }) => {
  const { sent, emailBinding } = binding()
  const mail = startMail({ ...CLOUDFLARE, emailBinding })
  const person = someone()
  expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([true])
  expect(sent).toMatchObject([
    {
      to: person.to,
      from: { name: 'Phantom Security', email: 'phantom@phantom.test' },
      subject: 'Your sign-in code',
      // Cloudflare refuses a mail that brings its own Date or Message-ID.
      headers: { 'Auto-Submitted': 'auto-generated' },
    },
  ])
})

test('without the binding nothing is lost', async ({ expect }) => {
  const mail = startMail(CLOUDFLARE)
  const { acked, delays } = await mail.deliver(await mail.queued(codeMail(someone())))
  expect([acked, typeof delays[0]]).toEqual([[false], 'number'])
})

test.for([
  ['E_DAILY_LIMIT_EXCEEDED', 1],
  ['E_RATE_LIMIT_EXCEEDED', 1],
  ['E_SENDER_NOT_VERIFIED', 1],
  ['E_SENDER_DOMAIN_NOT_AVAILABLE', 1],
  ['E_RECIPIENT_NOT_ALLOWED', 3],
  ['E_DELIVERY_FAILED', 6],
] as const)('%s is met %i times, not by each of six mails', async ([code, calls], { expect }) => {
  const cloudflare = binding(code)
  const mail = startMail({ ...CLOUDFLARE, emailBinding: cloudflare.emailBinding })
  for (let round = 0; round < 6; round += 1) {
    const { acked } = await mail.deliver(await mail.queued(verifyMail(someone())))
    expect(acked).toEqual([false])
  }
  expect(cloudflare.calls()).toBe(calls)
})

test.for([
  'E_RATE_LIMIT_EXCEEDED',
  'E_SENDER_NOT_VERIFIED',
  'E_RECIPIENT_NOT_ALLOWED',
  'E_DELIVERY_FAILED',
  'new one',
])('%s is tried again', async (code, { expect }) => {
  const mail = startMail({ ...CLOUDFLARE, ...binding(code) })
  const person = someone()
  expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([false])
  expect(await mailEventsOf(person.userId)).toEqual([])
})

test.for(['E_RECIPIENT_SUPPRESSED', 'E_VALIDATION_ERROR'])(
  '%s is final, and leaves an event without the words of Cloudflare',
  async (code, { expect }) => {
    const mail = startMail({ ...CLOUDFLARE, ...binding(code) })
    const person = someone()
    expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([true])
    const events = await mailEventsOf(person.userId)
    expect(events).toMatchObject([{ event: 'mail_failed', data: { reason: code } }])
    expect(JSON.stringify(events)).not.toContain('secret@')
  },
)
