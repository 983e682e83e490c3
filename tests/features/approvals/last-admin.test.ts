import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { insertUser, onlyAdmins, tokenFor } from '../../support/admins'
import { startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { documented } from '../../support/documented'
import { actsOf, approve, DAY, runActs } from '../../support/pending-acts'
import { ADMIN, setUser, stateOf, ways } from './removal-ways'

describe.each(Object.entries(ways))('an admin is %s', (_name, way) => {
  test('E-110: not once who asked is no admin: one stays who can administer', async ({
    expect,
  }) => {
    const app = startApp()
    for (const gone of [
      `role = 'customer'`,
      `status = 'disabled'`,
      'frozen_at = 1',
      'erasure_due_at = 9999999999999',
    ]) {
      const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
      const { body } = await way.ask(app, one, two)
      await setUser(one, gone)
      expect([gone, (await approve(app, three, body['act_id'])).status]).toEqual([gone, 404])
      app.advance(DAY + 1)
      await runActs(app)
      expect([gone, await stateOf(two)]).toEqual([gone, ADMIN])
      expect(await actsOf(two.id)).toMatchObject([{ state: 'stopped', decided_by: 'system' }])
    }
  })

  test('E-110: not where who asked ceases to be one at the last moment', async ({ expect }) => {
    const app = startApp()
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    const { body } = await way.ask(app, one, two)
    const late = startApp(beforeBatch(() => setUser(one, `role = 'customer'`)))
    expect((await approve(late, three, body['act_id'])).body.code).toBe('user_state')
    expect(await stateOf(two)).toEqual(ADMIN)
  })

  test('nor directly where a customer has become an admin at the last moment', async ({
    expect,
  }) => {
    const app = startApp()
    const { one } = await onlyAdmins(app, 'one')
    const other = { id: await insertUser(app, 'merchant') }
    const late = startApp(beforeBatch(() => setUser(other, `role = 'admin'`)))
    expect((await way.ask(late, one, other)).body.code).toBe('user_state')
    expect(await stateOf(other)).toEqual(ADMIN)
  })

  test('who is frozen or leaving in the same way, for the role is there yet', async ({
    expect,
  }) => {
    const app = startApp()
    for (const state of ['frozen_at = 1', 'erasure_due_at = 9999999999999']) {
      const { one, two } = await onlyAdmins(app, 'one', 'two')
      await setUser(two, state)
      expect([state, (await way.ask(app, one, two)).status]).toEqual([state, 202])
      app.advance(DAY + 1)
      await runActs(app)
      expect([state, await stateOf(two)]).toEqual([state, way.state])
    }
  })
})

test('docs/operations.md: an operator ends a stolen admin account in the database', async ({
  expect,
}) => {
  const app = startApp()
  const { one, two } = await onlyAdmins(app, 'one', 'two')
  const { body } = await ways.demoted.ask(app, one, two)
  const statement = documented('docs/operations.md', 'UPDATE users SET frozen_at')
  await env.DB.prepare(statement.replace('…', one.id)).run()
  expect((await approve(app, { id: await insertUser(app, 'admin') }, body['act_id'])).status).toBe(
    404,
  )
  await expect(tokenFor(app, one)).rejects.toThrow()
})
