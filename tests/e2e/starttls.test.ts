import { inject, test } from 'vitest'
import { localSecrets } from '../../scripts/dev/secrets.ts'
import { startDevServer } from '../support/e2e/dev-server.ts'
import { client, PASSWORD } from '../support/e2e/journey.ts'
import { MAILBOX_USER, SECRETS_FILE } from '../support/smtp-mailbox/server.ts'
import { codeIn, tokenIn } from '../support/read-mail.ts'
import type { Connection, Mail } from '../support/smtp-mailbox/types.ts'

const { url, ports } = inject('mailbox')
const EMAIL = 'ada@starttls.example'

async function mailbox<T>(path: string): Promise<T> {
  const response = await fetch(new URL(path, url))
  return (await response.json()) as T
}

async function mailNumber(number: number): Promise<Mail> {
  const [mail] = await mailbox<Mail[]>(`/mails?to=${EMAIL}&after=${number - 1}`)
  if (!mail) throw new Error(`mail number ${number} did not arrive`)
  return mail
}

test('signs up and logs in with mails over STARTTLS and AUTH', async ({ expect }) => {
  const { EMAIL_HOST_PASSWORD } = await localSecrets(SECRETS_FILE)
  const login = `${encodeURIComponent(MAILBOX_USER)}:${EMAIL_HOST_PASSWORD}`
  // A start of its own: only an option of the start leads mails to another server.
  const dev = await startDevServer({
    args: ['--smtp', `starttls://${login}@127.0.0.1:${ports.starttls}`],
  })
  try {
    expect(dev.output()).not.toContain(EMAIL_HOST_PASSWORD)
    const app = client(dev.api)
    expect(await app.post('/api/users/create/', { email: EMAIL, password: PASSWORD })).toEqual({
      status: 202,
      body: { status: 'verification_sent' },
    })
    const token = tokenIn(await mailNumber(1))
    expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(200)

    const login1 = await app.post('/api/auth/login/', { identifier: EMAIL, password: PASSWORD })
    expect(login1).toMatchObject({ status: 200, body: { default_method: 'email' } })
    const login2 = await app.post('/api/auth/verify-2fa/', {
      challenge: login1.body['challenge'],
      method: 'email',
      code: codeIn(await mailNumber(2)),
    })
    expect(login2.status).toBe(200)
    const me = await app.get('/api/users/me/', String(login2.body['access_token']))
    expect(me).toMatchObject({ status: 200, body: { email: EMAIL } })

    const connections = await mailbox<Connection[]>(`/connections?to=${EMAIL}`)
    for (const connection of connections) {
      expect(connection).toMatchObject({ port: 'starttls', secure: true, user: MAILBOX_USER })
    }
    expect(connections.length).toBeGreaterThan(0)
  } finally {
    await dev.stop()
  }
})
