import { env } from 'cloudflare:workers'
import { type Account, freshAddress } from './app'
import type { App } from './acts'
import { nextMail, tokenIn } from './mailbox'

/** What the tests of lost passwords do again and again. */
export const NEW_PASSWORD = 'seven purple lanterns drift'

export const askReset = (app: App, email: string, ip = freshAddress()) =>
  app.post('/api/auth/reset-password/', { email }, { ip })

/** The token in the next mail to an account that leads to a page, past mails of other kinds. */
export async function nextLinkToken(
  { email }: Pick<Account, 'email'>,
  page: string,
): Promise<string> {
  for (;;) {
    const mail = await nextMail(email)
    if (mail.text.includes(`/${page}#`)) return tokenIn(mail)
  }
}

export const nextResetToken = (account: Pick<Account, 'email'>) =>
  nextLinkToken(account, 'reset-password')

/** Asks for a link and reads it. */
export async function resetTokenOf(app: App, account: Account, ip?: string): Promise<string> {
  const asked = await askReset(app, account.email, ip)
  if (asked.status !== 202) throw new Error(`reset-password: ${asked.status} ${asked.text}`)
  return nextResetToken(account)
}

export const checkToken = (app: App, token: unknown) =>
  app.post('/api/auth/reset-password/check/', { token }, { ip: freshAddress() })

export const confirmReset = (
  app: App,
  token: unknown,
  extra: Record<string, unknown> = {},
  cookie?: string,
) =>
  app.post(
    '/api/auth/reset-password/confirm/',
    { token, password: NEW_PASSWORD, ...extra },
    { ip: freshAddress(), cookie },
  )

/** The first step of a login, from a browser that nobody knows. */
export const tryLogin = (app: App, { email }: Account, password: string) =>
  app.post('/api/auth/login/', { identifier: email, password }, { ip: freshAddress() })

export const setUser = ({ email }: Pick<Account, 'email'>, assignment: string) =>
  env.DB.prepare(`UPDATE users SET ${assignment} WHERE email = ?`).bind(email).run()
