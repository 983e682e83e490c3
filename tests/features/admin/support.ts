import { env } from 'cloudflare:workers'
import { runPendingActs } from '../../../src/features/approvals/run-pending-acts'
import type { App } from '../../support/acts'
import { columnOf, forgetAdmins, insertUser, inviteUser } from '../../support/admins'
import { freshAddress } from '../../support/app'
import { sendWaiting } from '../../support/mail-faults'
import { mailsNamed, tokenIn } from '../../support/mailbox'
import { testDeps } from '../../support/test-deps'

export const DAY = 86_400
export const SUBJECT = 'A new admin will be invited unless you stop it'

/** A run of the job, now or at a time. */
export const runActs = (app: App, at?: Date) =>
  runPendingActs(testDeps({ now: () => at ?? app.now() }))

export const setUserById = ({ id }: { id: string }, set: string) =>
  env.DB.prepare(`UPDATE users SET ${set} WHERE id = ?`).bind(id).run()

/** A sole admin who has had as many colleagues; all of them are customers by now. */
export async function soleAdmin(app: App, colleagues = 2) {
  await forgetAdmins()
  const one = { id: await insertUser(app, 'admin') }
  const former: { id: string }[] = []
  for (let count = 0; count < colleagues; count++) {
    former.push({ id: await insertUser(app, 'admin') })
  }
  for (const admin of former) await setUserById(admin, `role = 'customer'`)
  return { one, former }
}

/** Invites an unused address as an admin. */
export const inviteAdmin = (app: App, admin: { id: string }) =>
  inviteUser(app, admin, { email: app.newAccount().email, role: 'admin' })

/** Asks for the invitation of an admin; the ids of what waits. */
export async function schedule(app: App, one: { id: string }, email = app.newAccount().email) {
  const { status, body, text } = await inviteUser(app, one, { email, role: 'admin' })
  if (status !== 202) throw new Error(text)
  return { email, userId: String(body['user_id']), actId: String(body['act_id']), body }
}

/** The mails that a user had of scheduled invitations, once all that waits was sent. */
export async function noticesTo({ id }: { id: string }) {
  await sendWaiting()
  return mailsNamed(String(await columnOf(id, 'email')), SUBJECT, 0)
}

/** The link that stops it, of the last such mail. */
export async function stopTokenOf(user: { id: string }): Promise<string> {
  const mail = (await noticesTo(user)).at(-1)
  if (!mail) throw new Error('no mail')
  return tokenIn(mail)
}

export const stop = (app: App, token: string) =>
  app.post('/api/auth/stop-act/', { token }, { ip: freshAddress() })

export const check = (app: App, token: string) =>
  app.post('/api/users/accept-invitation/check/', { token }, { ip: freshAddress() })

export const stateOfAct = (actId: string) =>
  env.DB.prepare('SELECT state FROM pending_acts WHERE id = ?').bind(actId).first<string>('state')

export const eventsAbout = async (userId: string) => {
  const { results } = await env.DB.prepare(
    'SELECT event, actor FROM audit_events WHERE user_id = ? ORDER BY id',
  )
    .bind(userId)
    .run<{ event: string; actor: string }>()
  return results.map(({ event, actor }) => `${event} by ${actor}`)
}
