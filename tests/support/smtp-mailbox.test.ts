import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import nodemailer from 'nodemailer'
import {
  connectionsTo,
  failMailsTo,
  mailboxPorts,
  mailsTo,
  nextMail,
  type Ports,
} from './smtp-mailbox'

async function send(to: string, port: keyof Ports = 'starttls', idleMs = 10_000) {
  const transport = nodemailer.createTransport({
    host: env.EMAIL_HOST,
    port: mailboxPorts[port],
    secure: port === 'tls',
    requireTLS: port !== 'tls' && port !== 'plain',
    auth: { user: env.EMAIL_HOST_USER, pass: env.EMAIL_HOST_PASSWORD },
    greetingTimeout: idleMs,
    socketTimeout: idleMs,
  })
  try {
    await transport.sendMail({ from: env.EMAIL_FROM, to, subject: 'Hello', text: 'code 123456' })
    return 'sent'
  } catch (error) {
    return String(error)
  } finally {
    transport.close()
  }
}

describe('the test mailbox', () => {
  test('takes mail over STARTTLS and over implicit TLS, with a password', async ({ expect }) => {
    for (const port of ['starttls', 'tls'] as const) {
      expect(await send(`${port}@mailbox.test`, port)).toBe('sent')
      const mail = await nextMail(`${port}@mailbox.test`)
      expect(mail).toMatchObject({ subject: 'Hello', text: expect.stringContaining('123456') })
      const [connection] = await connectionsTo(`${port}@mailbox.test`)
      expect(connection).toMatchObject({ port, secure: true, user: env.EMAIL_HOST_USER })
    }
  })

  test('has servers that nobody should send to', async ({ expect }) => {
    for (const port of ['foreign', 'badAuth'] as const) {
      expect([port, await send('bad@mailbox.test', port)]).not.toContain('sent')
    }
    for (const port of ['silent', 'closing'] as const) {
      expect([port, await send('bad@mailbox.test', port, 200)]).not.toContain('sent')
    }
    expect(await mailsTo('bad@mailbox.test')).toEqual([])
  })

  test('has servers that a careless client gives its mail without a proof', async ({ expect }) => {
    for (const port of ['noAuth', 'plain'] as const) {
      const to = `${port}@mailbox.test`
      expect(await send(to, port)).toBe('sent')
      const [connection] = await connectionsTo(to)
      expect(connection).toMatchObject(
        port === 'plain' ? { secure: false, user: env.EMAIL_HOST_USER } : { user: null },
      )
      expect(connection?.lines).toContain(`RCPT TO:<${to}>`)
    }
  })

  test('refuses, hangs and closes as planned, then works again', async ({ expect }) => {
    const to = 'faults@mailbox.test'
    await failMailsTo(to, { reply: 550 })
    expect(await send(to)).toContain('550')
    await failMailsTo('*@mailbox.test', { stage: 'data', act: 'hang' })
    expect(await send(to, 'starttls', 500)).toContain('imeout')
    await failMailsTo(to, { act: 'close' })
    expect(await send(to)).toContain('closed')
    expect(await send(to)).toBe('sent')
    expect(await mailsTo(to)).toHaveLength(1)
  })
})
