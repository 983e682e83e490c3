import { env } from 'cloudflare:workers'
import { createUser } from '../../../src/features/registration/create-user'
import { emailKey } from '../../../src/platform/text/email-key'
import type { App } from '../../support/acts'
import { hasAdmin, inviteUser } from '../../support/admins'
import { freshAddress } from '../../support/app'
import { setUser } from '../../support/recovery'

export const PASSWORD = 'the stranger chose these words'
export const DAY = 86_400
export const GRACE_MS = 14 * DAY * 1000

export const acts = {
  'signs up': '/api/users/create/',
  'asks for a reset': '/api/auth/reset-password/',
  'asks for the link again': '/api/auth/verify-email/resend/',
} as const
export type Act = keyof typeof acts

export const ask = (app: App, act: Act, email: string, ip = freshAddress()) =>
  app.post(acts[act], { email, ...(act === 'signs up' && { password: PASSWORD }) }, { ip })

export const waiting = (email: string) =>
  env.DB.prepare('SELECT count(*) AS count FROM sign_ups WHERE email_key = ?')
    .bind(emailKey(email))
    .first('count')

async function unconfirmed(app: App) {
  const account = app.newAccount()
  await createUser(app.deps(), { ...account, role: 'customer' })
  app.advance(61)
  return account
}

export async function invited(app: App) {
  const account = app.newAccount()
  await inviteUser(app, await hasAdmin(app), { email: account.email, role: 'merchant' })
  return account
}

async function inState(app: App, assignment: string) {
  const account = await app.hasAccount()
  await setUser(account, assignment)
  return account
}

/** A sign-up of a stranger, as where it began while the invitation waited for its approval. */
export async function invitedWithSignUp(app: App) {
  const [account, other] = [await invited(app), await unconfirmed(app)]
  await env.DB.prepare('UPDATE sign_ups SET email = ?1, email_key = ?1 WHERE email = ?2')
    .bind(account.email, other.email)
    .run()
  return account
}

export const closing = (app: App) =>
  inState(app, `erasure_due_at = ${app.now().getTime() + GRACE_MS}`)

export const states = {
  unknown: async (app: App) => Promise.resolve(app.newAccount()),
  unconfirmed,
  invited,
  'invited, and a sign-up waits': invitedWithSignUp,
  active: (app: App) => app.hasAccount(),
  frozen: (app: App) => inState(app, 'frozen_at = 1'),
  closing,
  disabled: (app: App) => inState(app, "status = 'disabled'"),
  'disabled and closing': (app: App) => inState(app, "status = 'disabled', erasure_due_at = 4e12"),
} as const
export type State = keyof typeof states
