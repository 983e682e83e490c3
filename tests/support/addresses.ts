import { env } from 'cloudflare:workers'
import type { App } from './acts'
import { signedIn } from './acts'
import { type Account, freshAddress } from './app'
import { mailAbout, tokenIn } from './mailbox'

/** What tests of addresses, first and second, do again and again. */

export const askForEmail = (app: App, accessToken: string, email: string, ip = freshAddress()) =>
  app.post('/api/users/change-email/', { email }, { token: accessToken, ip })

export const confirmEmail = (app: App, token: unknown) =>
  app.post('/api/users/change-email/confirm/', { token }, { ip: freshAddress() })

export const notMe = (app: App, token: unknown) =>
  app.post('/api/auth/not-me/', { token }, { ip: freshAddress() })

export const confirmNotices = (app: App, token: unknown) =>
  app.post('/api/users/notification-email/confirm/', { token }, { ip: freshAddress() })

export const REQUESTED = /wants to change your e-mail address/
export const CHANGED = /Your e-mail address was changed/
export const CONFIRM = /Confirm your new e-mail address/

/** Gives a session back the step-up that an act has used up. */
export const stepUpAnew = (app: App, sessionId: string) =>
  env.DB.prepare('UPDATE sessions SET stepped_up_at = ? WHERE id = ?')
    .bind(app.now().getTime(), sessionId)
    .run()

/** Somebody signed in who has asked for another address; the tokens of both mails. */
export async function changing(app: App, email = app.newAccount().email) {
  const owner = await signedIn(app)
  const asked = await askForEmail(app, owner.accessToken, email)
  if (asked.status !== 202) throw new Error(`change-email: ${asked.text}`)
  return { ...owner, email, ...(await linksTo(owner.account, email)) }
}

async function linksTo(account: Account, email: string) {
  const [toNew, toOld] = await Promise.all([
    mailAbout(email, CONFIRM),
    mailAbout(account.email, REQUESTED),
  ])
  return { token: tokenIn(toNew), notMeToken: tokenIn(toOld) }
}

/** The same with the change made: the token with which the old address can take it back. */
export async function changed(app: App) {
  const owner = await changing(app)
  const answer = await confirmEmail(app, owner.token)
  if (answer.status !== 200) throw new Error(`confirm: ${answer.text}`)
  const mail = await mailAbout(owner.account.email, CHANGED)
  return { ...owner, changedToken: tokenIn(mail), mail }
}

/** The row of a user, as stored. */
export async function rowOf(column: 'email' | 'id' | 'username', value: string) {
  const row = await env.DB.prepare(`SELECT * FROM users WHERE ${column} = ?`)
    .bind(value)
    .first<Record<string, string | number | null>>()
  return row ?? {}
}
