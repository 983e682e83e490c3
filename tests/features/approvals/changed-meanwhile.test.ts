import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { runPendingActs } from '../../../src/features/approvals/run-pending-acts'
import { depsAt } from '../../crons/support'
import { act, insertUser, inviteUser, onlyAdmins } from '../../support/admins'
import { startApp } from '../../support/app'
import { beforeBatch, broken } from '../../support/attack'
import { waiting } from '../../support/mail-faults'
import { actsOf, DAY, decide } from '../../support/pending-acts'
import { schedule, soleAdmin, stateOfAct, stop, stopTokenOf } from '../admin/support'
import { stateOf, ways } from './removal-ways'

/** An app in which a statement runs at the last moment before each batch. */
const late = (app: ReturnType<typeof startApp>, statement: string, id: string) => {
  const run = () => env.DB.prepare(statement).bind(id).run()
  return startApp((deps) => ({ ...beforeBatch(run)(deps), now: app.now }))
}

describe.each(Object.entries(ways))('E-036: an admin is not to be %s', (_name, way) => {
  test.for([`role = 'customer'`, `status = 'disabled'`])(
    'who is not one at the last moment: %s',
    async (gone, { expect }) => {
      const app = startApp()
      const { one, two } = await onlyAdmins(app, 'one', 'two', 'three')
      const before = await waiting()
      const racing = late(app, `UPDATE users SET ${gone} WHERE id = ?`, two.id)
      expect((await way.ask(racing, one, two)).body.code).toBe('user_state')
      expect([await actsOf(two.id), await waiting()]).toEqual([[], before])
    },
  )
})

test('E-036: nobody is invited to wait for an approval by nobody', async ({ expect }) => {
  const app = startApp()
  const { one, two } = await onlyAdmins(app, 'one', 'two')
  const racing = late(app, 'UPDATE users SET frozen_at = 1 WHERE id = ?', two.id)
  const { email } = app.newAccount()
  const asked = await inviteUser(racing, one, { email, role: 'admin' })
  expect([asked.status, asked.body.code]).toEqual([409, 'user_state'])
  expect(await env.DB.prepare('SELECT 1 FROM users WHERE email = ?').bind(email).first()).toBe(null)
})

test('E-036: an invitation that is stopped at the last moment has no link', async ({ expect }) => {
  const app = startApp()
  const { one } = await soleAdmin(app, 1)
  const { userId, actId } = await schedule(app, one)
  app.advance(7 * DAY)
  const stop = `UPDATE pending_acts SET state = 'stopped' WHERE id = ?`
  const run = () => env.DB.prepare(stop).bind(actId).run()
  await runPendingActs(depsAt(app, beforeBatch(run)))
  const { results } = await env.DB.prepare('SELECT purpose FROM mailed_tokens WHERE user_id = ?')
    .bind(userId)
    .run()
  expect(results).toEqual([])
})

test('E-036: a stop says where the act is decided at the last moment', async ({ expect }) => {
  const app = startApp()
  const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
  const { body } = await ways.demoted.ask(app, one, two)
  const actId = String(body['act_id'])
  const racing = late(app, `UPDATE pending_acts SET state = 'done' WHERE id = ?`, actId)
  const stopped = await decide(racing, three, 'stop', actId)
  expect([stopped.status, stopped.body.code]).toEqual([409, 'user_state'])
})

test('E-036: who is an admin at the last moment does not come back as one', async ({ expect }) => {
  const app = startApp()
  const { one } = await onlyAdmins(app, 'one')
  const id = await insertUser(app, 'customer', `status = 'disabled'`)
  const racing = late(app, `UPDATE users SET role = 'admin' WHERE id = ?`, id)
  expect((await act(racing, one, `${id}/enable`)).body.code).toBe('user_state')
  expect(await stateOf({ id })).toEqual({ role: 'admin', status: 'disabled' })
})

test('E-036: a stop link that has gone at the last moment stops nothing; a used one goes', async ({
  expect,
}) => {
  const app = startApp()
  const { one } = await soleAdmin(app, 1)
  const { actId } = await schedule(app, one)
  const token = await stopTokenOf(one)
  const links = `FROM mailed_tokens WHERE purpose = 'stop_act' AND user_id = ?`
  const racing = late(
    app,
    `UPDATE mailed_tokens SET token_hash = 'x' || token_hash WHERE user_id = ?`,
    one.id,
  )
  expect((await stop(racing, token)).body.code).toBe('invalid_token')
  expect(await stateOfAct(actId)).toBe('waiting')
  await env.DB.prepare(
    `UPDATE mailed_tokens SET token_hash = substr(token_hash, 2) WHERE user_id = ?`,
  )
    .bind(one.id)
    .run()
  expect((await stop(app, token)).status).toBe(200)
  expect(await env.DB.prepare(`SELECT 1 ${links}`).bind(one.id).first()).toBe(null)
})

describe('E-036: the job closes a scheduled invitation before its day', () => {
  const withColleague = async () => {
    const app = startApp()
    const { one } = await soleAdmin(app, 1)
    const { actId } = await schedule(app, one)
    return { app, actId, colleague: await insertUser(app, 'admin') }
  }

  test('not where it stands again at the last moment', async ({ expect }) => {
    const { app, actId, colleague } = await withColleague()
    const gone = `UPDATE users SET role = 'customer' WHERE id = ?`
    const run = () => env.DB.prepare(gone).bind(colleague).run()
    await runPendingActs(depsAt(app, beforeBatch(run)))
    expect(await stateOfAct(actId)).toBe('waiting')
  })

  test('or later, where that fails, and never brings its day forward', async ({ expect }) => {
    const { app, actId } = await withColleague()
    const dueAt = () =>
      env.DB.prepare('SELECT due_at FROM pending_acts WHERE id = ?').bind(actId).first('due_at')
    const before = await dueAt()
    const counts = await runPendingActs(depsAt(app, broken('db', ['batch'], 'fails')))
    expect([counts['failed'], await dueAt()]).toEqual([1, before])
  })
})
