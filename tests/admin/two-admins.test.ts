import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { runPendingActs } from '../../src/jobs/run-pending-acts'
import { freshAddress, startApp } from '../support/app'
import { type App, me, signInWithTotp, withTotp } from '../support/acts'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  forgetAdmins,
  insertUser,
  inviteUser,
  tokenFor,
} from '../support/admins'
import { noQueue, sendWaiting } from '../support/mail-faults'
import { mailsTo, nextMail, tokenIn, mailsNamed } from '../support/mailbox'
import { many } from '../support/many'
import { testDeps } from '../support/test-deps'
import { tryLogin } from '../support/recovery'
import { eventsOf, rowsOf, userIdOf } from '../support/rows-of'

const DAY = 86_400

const approve = (app: App, admin: { id: string }, userId: string, actId: unknown) =>
  act(app, admin, `${userId}/grants/${String(actId)}/approve`)

const runJob = (app: App) => runPendingActs(testDeps({ now: app.now }))

const onlyAdmins = async (app: App, count: number) => {
  await forgetAdmins()
  return Promise.all(
    Array.from({ length: count }, async () => ({ id: await insertUser(app, 'admin') })),
  )
}

/** That something which waited was stopped, and who did it. */
const stopsOf = async (userId: string) => {
  const { results } = await env.DB.prepare(
    `SELECT event, actor, data FROM audit_events WHERE user_id = ? AND event LIKE '%_stopped'`,
  )
    .bind(userId)
    .run()
  return results
}

describe('to make an admin takes two', () => {
  test('E-036: one asks, another approves, within a day; of parallel approvals one counts', async ({
    expect,
  }) => {
    const app = startApp()
    const [one, two] = await onlyAdmins(app, 2)
    if (!one || !two) throw new Error('two admins')
    const user = await insertUser(app, 'customer')
    const asked = await changeRole(app, one, user, 'admin')
    expect([asked.status, asked.body]).toMatchObject([
      202,
      { status: 'waiting_for_approval', user_id: user },
    ])
    const { act_id: actId } = asked.body
    expect(await columnOf(user, 'role')).toBe('customer')
    const token = await tokenFor(app, two)
    const waiting = await app.send('GET', '/api/admin/acts/', { token })
    expect(waiting.body['acts']).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: actId, requested_by: one.id })]),
    )

    expect((await approve(app, one, user, actId)).body.code).toBe('needs_another_admin')
    expect((await approve(app, two, await insertUser(app, 'customer'), actId)).status).toBe(404)
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => approve(app, two, user, actId)),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(await columnOf(user, 'role')).toBe('admin')
    const { results } = await env.DB.prepare(
      `SELECT actor, data FROM audit_events WHERE user_id = ? AND event = 'user_role_changed'`,
    )
      .bind(user)
      .run<{ actor: string; data: string }>()
    expect(results).toHaveLength(1)
    expect(results[0]?.actor).toBe(two.id)
    expect(results[0]?.data).toContain(`"requested_by":"${one.id}"`)
  })

  test('an approval after a day, or of one who is no admin any more, is none', async ({
    expect,
  }) => {
    const app = startApp()
    const [one, two] = await onlyAdmins(app, 2)
    if (!one || !two) throw new Error('two admins')
    const user = await insertUser(app, 'customer')
    const late = await changeRole(app, one, user, 'admin')
    app.advance(DAY + 1)
    expect((await approve(app, two, user, late.body['act_id'])).status).toBe(404)
    await Promise.all([runJob(app), runJob(app)])
    const token = await tokenFor(app, two)
    const { body } = await app.send('GET', `/api/admin/users/${user}/`, { token })
    expect(body['waiting']).toEqual([])
    expect(await stopsOf(user)).toEqual([
      {
        event: 'user_role_request_stopped',
        actor: 'system',
        data: `{"act":"${String(late.body['act_id'])}"}`,
      },
    ])

    const orphan = await changeRole(app, one, user, 'admin')
    expect((await changeRole(app, two, one.id, 'customer')).status).toBe(204)
    expect((await approve(app, two, user, orphan.body['act_id'])).status).toBe(404)
    expect(await columnOf(user, 'role')).toBe('customer')
  })

  test('an only admin invites the second alone; a third waits for approval', async ({ expect }) => {
    const app = startApp()
    const [one] = await onlyAdmins(app, 1)
    if (!one) throw new Error('an admin')
    const second = app.newAccount()
    const invited = await inviteUser(app, one, { email: second.email, role: 'admin' })
    expect(invited.status).toBe(201)
    const token = tokenIn(await nextMail(second.email))
    expect((await acceptInvitation(app, token, second)).status).toBe(200)
    const two = { id: await userIdOf(second) }
    expect(await columnOf(two.id, 'role')).toBe('admin')

    const third = app.newAccount()
    const waiting = await inviteUser(app, one, { email: third.email, role: 'admin' })
    expect([waiting.status, waiting.body.status]).toEqual([202, 'waiting_for_approval'])
    expect(await mailsTo(third.email)).toEqual([])
    const { user_id: userId, act_id: actId } = waiting.body
    expect((await approve(app, one, String(userId), actId)).body.code).toBe('needs_another_admin')
    expect((await approve(app, two, String(userId), actId)).status).toBe(204)
    const thirdToken = tokenIn(await nextMail(third.email))
    // The invitation is the word of whoever approved it, while that is an admin's.
    expect((await changeRole(app, one, two.id, 'customer')).status).toBe(204)
    expect((await acceptInvitation(app, thirdToken, third)).body.code).toBe('invalid_token')
    expect(await columnOf(String(userId), 'role')).toBe('customer')
  })
})

describe('lost second factors', () => {
  test('go after a day, unless the owner stops it', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const user = await withTotp(app)
    const id = await userIdOf(user.account)
    const { accessToken } = await signInWithTotp(app, user)
    const scheduled = await act(app, admin, `${id}/remove-factors`)
    expect(scheduled.status).toBe(202)
    expect(Date.parse(String(scheduled.body['due_at']))).toBeGreaterThan(
      app.now().getTime() + (DAY - 60) * 1000,
    )
    expect((await act(app, admin, `${id}/remove-factors`)).body.code).toBe('user_state')
    await sendWaiting()
    const [mail] = await mailsNamed(user.account.email, 'Your authenticator apps will be removed')
    const token = mail && tokenIn(mail)
    const stop = () => app.post('/api/auth/stop-act/', { token }, { ip: freshAddress() })
    const count = many(50)
    const stops = await Promise.all(Array.from({ length: count }, stop))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(stops.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(count - 1)
    app.advance(DAY + 1)
    await runJob(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    expect((await me(app, { token: accessToken })).status).toBe(401)

    expect((await act(app, admin, `${id}/remove-factors`)).status).toBe(202)
    app.advance(DAY - 5)
    await runJob(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    const session = await signInWithTotp(app, user)
    app.advance(6)
    await Promise.all([runJob(app), runJob(app)])
    const rows = await rowsOf(id)
    expect(rows.get('totp_authenticators')).toEqual([])
    expect(rows.get('backup_codes')).toEqual([])
    expect((await me(app, { token: session.accessToken })).status).toBe(401)
    await sendWaiting()
    await mailsNamed(user.account.email, 'Your authenticator apps were removed')
    const events = (await eventsOf(user.account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'user_factors_removed')).toHaveLength(1)
    const { body } = await tryLogin(app, user.account, user.account.password)
    expect(body['methods']).toEqual(['email'])
  })

  test('stay when whoever asked is no admin any more', async ({ expect }) => {
    const app = startApp()
    const [one, two] = await onlyAdmins(app, 2)
    if (!one || !two) throw new Error('two admins')
    const user = await withTotp(app)
    const id = await userIdOf(user.account)
    expect((await act(app, one, `${id}/remove-factors`)).status).toBe(202)
    expect((await act(app, two, `${one.id}/disable`)).status).toBe(204)
    app.advance(DAY + 1)
    await runJob(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    expect((await rowsOf(id)).get('pending_acts')).toMatchObject([{ state: 'stopped' }])
    expect(await stopsOf(id)).toMatchObject([
      { event: 'user_factor_removal_stopped', actor: 'system' },
    ])
    app.advance(30 * DAY)
    await runJob(app)
    expect((await rowsOf(id)).get('pending_acts')).toEqual([])
  })

  test('are not removed behind an owner’s back', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const user = await withTotp(app)
    const id = await userIdOf(user.account)
    const deaf = startApp(noQueue())
    expect((await act(deaf, admin, `${id}/remove-factors`)).status).toBe(202)
    // The link that stops it is on its way all the same.
    await sendWaiting()
    const [mail] = await mailsNamed(user.account.email, 'Your authenticator apps will be removed')
    if (!mail) throw new Error('a mail')
    expect((await app.post('/api/auth/stop-act/', { token: tokenIn(mail) })).status).toBe(200)
    app.advance(DAY + 1)
    await runJob(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    // Without a factor there is nothing to lose.
    const other = await insertUser(app, 'customer')
    expect((await act(app, admin, `${other}/remove-factors`)).body.code).toBe('user_state')
  })
})
