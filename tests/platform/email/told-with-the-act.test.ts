import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { openSession } from '../../support/accounts'
import { withTotp } from '../../support/acts'
import {
  act,
  changeRole,
  columnOf,
  forgetAdmins,
  insertUser,
  inviteUser,
} from '../../support/admins'
import { type Answer, freshAddress, startApp } from '../../support/app'
import { cutAt, mailsOf, sendWaiting } from '../../support/mail-faults'

type App = ReturnType<typeof startApp>

/** An act that waits for an answer, and whom its mails must ask. */
type Waiting = Readonly<{
  /** In an app that may be cut off. */
  does: (app: App) => Promise<Answer>
  addresses: readonly string[]
  subject: string
  /** The row of what waits. */
  row: string
  of: string
}>

const SECOND = 'notification_email'

const addressesOf = async (id: string) => [
  String(await columnOf(id, 'email')),
  String(await columnOf(id, SECOND)),
]

const withSecond = (id: string) =>
  env.DB.prepare(`UPDATE users SET ${SECOND} = 'second.' || email WHERE id = ?`).bind(id).run()

/** Two admins and nobody else who is one; mails go to both addresses of the other. */
async function twoAdmins(app: App) {
  await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()
  const [one, other] = [await insertUser(app, 'admin'), await insertUser(app, 'admin')]
  await withSecond(other)
  return { admin: { id: one }, of: other, addresses: await addressesOf(other) }
}

const GRANT = 'A new admin waits for your approval'
const isWaiting = `FROM pending_acts WHERE state = 'waiting' AND user_id = ?`

const all: Record<string, (app: App) => Promise<Waiting>> = {
  'a removal of factors': async (app) => {
    const { admin } = await twoAdmins(app)
    const { userId: of } = await withTotp(app)
    await withSecond(of)
    const does = (cut: App) => act(cut, admin, `${of}/remove-factors`)
    const subject = 'Your authenticator apps will be removed'
    return { does, addresses: await addressesOf(of), subject, row: isWaiting, of }
  },
  'a grant to an account': async (app) => {
    const { admin, addresses } = await twoAdmins(app)
    const of = await insertUser(app, 'customer')
    const does = (cut: App) => changeRole(cut, admin, of, 'admin')
    return { does, addresses, subject: GRANT, row: isWaiting, of }
  },
  'a grant to an address': async (app) => {
    const { admin, addresses } = await twoAdmins(app)
    const { email } = app.newAccount()
    const does = (cut: App) => inviteUser(cut, admin, { email, role: 'admin' })
    const row = `FROM pending_acts JOIN users ON users.id = user_id WHERE state = 'waiting' AND email = ?`
    return { does, addresses, subject: GRANT, row, of: email }
  },
  'that an admin is disabled, to the admin': async (app) => {
    const { admin, of, addresses } = await twoAdmins(app)
    const does = (cut: App) => act(cut, admin, `${of}/disable`)
    const subject = 'Your admin account will be disabled'
    return { does, addresses, subject, row: isWaiting, of }
  },
  'that an admin is demoted, to the other admins': async (app) => {
    const { admin, addresses } = await twoAdmins(app)
    const of = await insertUser(app, 'admin')
    const does = (cut: App) => changeRole(cut, admin, of, 'customer')
    return { does, addresses, subject: 'An admin is to be demoted', row: isWaiting, of }
  },
  'an invitation by a sole admin': async (app) => {
    await forgetAdmins()
    const { admin, addresses } = await twoAdmins(app)
    await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE id <> ?`).bind(admin.id).run()
    const { email } = app.newAccount()
    const does = (cut: App) => inviteUser(cut, admin, { email, role: 'admin' })
    const row = `FROM pending_acts JOIN users ON users.id = user_id WHERE state = 'waiting' AND email = ?`
    const subject = 'A new admin will be invited unless you stop it'
    return { does, addresses, subject, row, of: email }
  },
  'an erasure': async (app) => {
    const of = await insertUser(app, 'customer')
    await withSecond(of)
    const { accessToken: token } = await openSession(app.deps(), of)
    const does = (cut: App) => cut.send('DELETE', '/api/users/me/', { token, ip: freshAddress() })
    const row = 'FROM users WHERE erasure_due_at IS NOT NULL AND id = ?'
    const subject = 'Your account will be erased'
    return { does, addresses: await addressesOf(of), subject, row, of }
  },
}

describe.each(Object.entries(all))('%s waits', (_name, arrange) => {
  test('where its mails do, wherever the request is cut off', async ({ expect }) => {
    for (let step = 0, status = 0; status !== 202; step++) {
      const { does, addresses, subject, row, of } = await arrange(startApp())
      ;({ status } = await does(startApp(cutAt(step))))
      const { results } = await env.DB.prepare(`SELECT 1 ${row}`).bind(of).run()
      expect([step, await mailsOf(addresses, subject)]).toEqual([
        step,
        addresses.map(() => results.length),
      ])
      if (status === 202) expect(results).toHaveLength(1)
      expect(step).toBeLessThan(60)
      await sendWaiting()
      expect(await mailsOf(addresses, subject)).toEqual(addresses.map(() => results.length))
    }
  })
})
