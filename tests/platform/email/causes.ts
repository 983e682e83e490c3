import { env } from 'cloudflare:workers'
import { mails as templates } from '../../../src/mails'
import type { Deps } from '../../../src/platform/deps'
import { standingOf } from '../../../src/platform/email/cause'
import { openMail } from '../../../src/platform/email/queued-mail'
import { templateOf } from '../../../src/platform/email/template'
import { type Account, freshAddress, startApp } from '../../support/app'
import { userIdOf } from '../../support/rows-of'

export const DAY_MS = 86_400_000

/** A service whose mails are opened as they are queued, for what the budget would count them by. */
export function startCauses() {
  const bodies: string[] = []
  const send = (body: string) => {
    bodies.push(body)
    return Promise.resolve()
  }
  const mailQueue = { send } as unknown as Deps['mailQueue']
  const app = startApp((deps) => ({ ...deps, mailQueue }))
  /** The mails since the last time: template and standing. */
  const queued = async () => {
    const mails = await Promise.all(bodies.splice(0).map((body) => openMail(app.deps(), body)))
    return mails.map((mail) => {
      const template = mail && templateOf(templates, mail.template)
      if (!template) throw new Error('not a mail of ours')
      const kind = mail.kind ?? template.kind
      const { expiresAt } = mail
      return { name: template.name, kind, expiresAt, ...standingOf(mail, template) }
    })
  }
  const login = ({ email: identifier, password }: Account, cookie?: string) =>
    app.post('/api/auth/login/', { identifier, password }, { ip: freshAddress(), cookie })
  return { app, queued, login }
}

/** Makes an account so many days older. */
export const age = async (account: Account, days = 3) => {
  const query = 'UPDATE users SET created_at = created_at - ? WHERE id = ?'
  const id = await userIdOf(account)
  await env.DB.prepare(query)
    .bind(days * DAY_MS, id)
    .run()
  return id
}
