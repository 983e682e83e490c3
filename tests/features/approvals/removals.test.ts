import { describe, test } from 'vitest'
import { type App, me } from '../../support/acts'
import { act, changeRole, columnOf, onlyAdmins, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { sendWaiting } from '../../support/mail-faults'
import { mailsNamed, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { actsOf, approve, DAY, decide, eventsLike, runActs } from '../../support/pending-acts'
import { type Admin, ADMIN, setUser, stateOf, ways } from './removal-ways'

const mailTo = async ({ id }: Admin, subject: string, count = 1) =>
  mailsNamed(String(await columnOf(id, 'email')), subject, count)

/** The link that the target of a removal is mailed. */
async function stopLink(target: Admin, subject: string): Promise<string> {
  await sendWaiting()
  const [mail] = await mailTo(target, subject)
  if (!mail) throw new Error('a mail')
  return tokenIn(mail)
}

const useLink = (app: App, token: string) =>
  app.post('/api/auth/stop-act/', { token }, { ip: freshAddress() })

describe.each(Object.entries(ways))('an admin is %s', (_name, way) => {
  test('E-036: by two: one asks, another approves, once of many', async ({ expect }) => {
    const app = startApp()
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    const session = await tokenFor(app, two)
    const asked = await way.ask(app, one, two)
    expect([asked.status, asked.body]).toMatchObject([
      202,
      { status: 'scheduled', user_id: two.id },
    ])
    const actId = asked.body['act_id']
    expect(await stateOf(two)).toEqual(ADMIN)
    expect((await me(app, { token: session })).status).toBe(200)
    expect((await way.ask(app, three, two)).body.code).toBe('user_state')

    expect((await approve(app, one, actId)).body.code).toBe('needs_another_admin')
    expect((await approve(app, two, actId)).body.code).toBe('own_account')
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => approve(app, three, actId)),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(await stateOf(two)).toEqual(way.state)
    expect((await me(app, { token: session })).status).toBe(401)
    expect(await eventsLike(two.id, way.event)).toEqual([
      {
        event: way.event,
        actor: three.id,
        data: { ...way.data, act: actId, requested_by: one.id },
      },
    ])
    await sendWaiting()
    await mailTo(two, way.done)
  })

  test('by one after a day in which nobody stops it, once of two runs', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    // A new password a day is no way out.
    await way.ask(app, one, two)
    await setUser(two, 'security_epoch = security_epoch + 1')
    const token = await stopLink(two, way.subject)
    app.advance(DAY - 10)
    await runActs(app)
    expect(await stateOf(two)).toEqual(ADMIN)
    app.advance(11)
    expect((await useLink(app, token)).body.code).toBe('invalid_token')
    await Promise.all([runActs(app), runActs(app)])
    expect(await stateOf(two)).toEqual(way.state)
    expect((await eventsLike(two.id, way.event)).map(({ actor }) => actor)).toEqual(['system'])
    await sendWaiting()
    await mailTo(two, way.done)
    expect(await actsOf(two.id)).toMatchObject([{ state: 'done', decided_by: 'system' }])
  })

  test('not where the target uses the mailed link, once, whatever else changed', async ({
    expect,
  }) => {
    const app = startApp()
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    const { body } = await way.ask(app, one, two)
    // A stolen session cannot keep itself, nor is the target told as a colleague.
    expect((await decide(app, two, 'stop', body['act_id'])).body.code).toBe('own_account')
    const token = await stopLink(two, way.subject)
    await mailTo(three, way.toOthers)
    for (const admin of [one, two]) expect(await mailTo(admin, way.toOthers, 0)).toEqual([])
    const answers = await Promise.all(Array.from({ length: many(20) }, () => useLink(app, token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await eventsLike(two.id, '%_stopped')).toEqual([
      { event: way.stopped, actor: two.id, data: { act: body['act_id'] } },
    ])
    expect((await approve(app, three, body['act_id'])).status).toBe(404)
    app.advance(DAY + 1)
    await runActs(app)
    expect(await stateOf(two)).toEqual(ADMIN)
    expect((await useLink(app, token)).body.code).toBe('invalid_token')
  })

  test('not where an admin stops it: who asked, or another', async ({ expect }) => {
    const app = startApp()
    const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
    for (const admin of [one, three]) {
      const { body } = await way.ask(app, one, two)
      expect((await decide(app, admin, 'stop', body['act_id'])).status).toBe(204)
      app.advance(DAY + 1)
      await runActs(app)
      expect(await stateOf(two)).toEqual(ADMIN)
    }
  })
})

test.for([
  ['demoted', 'disabled'],
  ['disabled', 'demoted'],
] as const)('who is %s is not %s on the next day', async ([done, waits], { expect }) => {
  const app = startApp()
  const { one, two, three } = await onlyAdmins(app, 'one', 'two', 'three')
  await ways[waits].ask(app, one, two)
  app.advance(60)
  const { body } = await ways[done].ask(app, one, two)
  expect((await approve(app, three, body['act_id'])).status).toBe(204)
  app.advance(DAY + 1)
  await runActs(app)
  expect(await stateOf(two)).toEqual(ways[done].state)
  expect(await actsOf(two.id)).toMatchObject([{ state: 'stopped' }, { state: 'done' }])
})

test('a link stops its own act and no other', async ({ expect }) => {
  const app = startApp()
  const { one, two } = await onlyAdmins(app, 'one', 'two')
  await act(app, one, `${two.id}/disable`)
  app.advance(60)
  await changeRole(app, one, two.id, 'customer')
  expect((await useLink(app, await stopLink(two, ways.disabled.subject))).status).toBe(200)
  expect(await actsOf(two.id)).toMatchObject([
    { kind: 'disable_admin', state: 'stopped' },
    { kind: 'demote_admin', state: 'waiting' },
  ])
})
