import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type App, withTotp } from '../../support/acts'
import { act, changeRole, insertUser, inviteUser, onlyAdmins } from '../../support/admins'
import { startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { waiting } from '../../support/mail-faults'
import { decide } from '../../support/pending-acts'
import { soleAdmin } from './support'

type Admin = { id: string }
type Arranged = Readonly<{
  app: App
  one: Admin
  /** The act, over an app in which something happens at the last moment. */
  send: (late: App) => Promise<{ status: number; body: { code?: string } }>
}>

const withThree = async () => {
  const app = startApp()
  return { app, ...(await onlyAdmins(app, 'one', 'two', 'three')) }
}

const acts: Record<string, () => Promise<Arranged>> = {
  'a grant': async () => {
    const { app, one } = await withThree()
    const user = await insertUser(app, 'customer')
    return { app, one, send: (late) => changeRole(late, one, user, 'admin') }
  },
  'a demotion': async () => {
    const { app, one, two } = await withThree()
    return { app, one, send: (late) => changeRole(late, one, two.id, 'customer') }
  },
  'the end of an admin': async () => {
    const { app, one, two } = await withThree()
    return { app, one, send: (late) => act(late, one, `${two.id}/disable`) }
  },
  'a removal of factors': async () => {
    const { app, one } = await withThree()
    const { userId } = await withTotp(app)
    return { app, one, send: (late) => act(late, one, `${userId}/remove-factors`) }
  },
  'an invitation': async () => {
    const { app, one } = await withThree()
    const json = { email: app.newAccount().email, role: 'admin' }
    return { app, one, send: (late) => inviteUser(late, one, json) }
  },
  'a sole admin’s invitation': async () => {
    const app = startApp()
    const { one } = await soleAdmin(app, 1)
    const json = { email: app.newAccount().email, role: 'admin' }
    return { app, one, send: (late) => inviteUser(late, one, json) }
  },
  'an approval': async () => {
    const { app, one, two, three } = await withThree()
    const { body } = await changeRole(app, two, three.id, 'customer')
    return { app, one, send: (late) => decide(late, one, 'approve', body['act_id']) }
  },
  'a stop': async () => {
    const { app, one, two, three } = await withThree()
    const { body } = await changeRole(app, two, three.id, 'customer')
    return { app, one, send: (late) => decide(late, one, 'stop', body['act_id']) }
  },
}

const meanwhile = {
  'another act has used the step-up up': 'UPDATE sessions SET stepped_up_at = NULL',
  'the session has ended': 'DELETE FROM sessions',
}

/** All that the act could have changed. */
const stored = async () => {
  const rows = async (table: string, columns: string) =>
    (await env.DB.prepare(`SELECT ${columns} FROM ${table} ORDER BY 1`).run()).results
  return [
    await rows('pending_acts', 'id, state'),
    await rows('users', 'id, role, status, security_epoch'),
    await rows('mailed_tokens', 'token_hash'),
    await rows('audit_events', 'event').then((all) =>
      all.filter(({ event }) => String(event).startsWith('user_')),
    ),
    await waiting(),
  ]
}

describe.each(Object.entries(meanwhile))('E-036: where %s at the last moment', (_name, change) => {
  test.for(Object.entries(acts))('%s leaves nothing', async ([, arrange], { expect }) => {
    const { app, one, send } = await arrange()
    const before = await stored()
    const end = () => env.DB.prepare(`${change} WHERE user_id = ?`).bind(one.id).run()
    const late = startApp((deps) => ({ ...beforeBatch(end)(deps), now: app.now }))
    expect((await send(late)).body.code).toBe('insufficient_user_authentication')
    expect(await stored()).toEqual(before)
  })
})
