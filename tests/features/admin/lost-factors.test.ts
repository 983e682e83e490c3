import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { me, signInWithTotp, withTotp } from '../../support/acts'
import { act, columnOf, hasAdmin, insertUser, onlyAdmins, REASON } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { noQueue, sendWaiting } from '../../support/mail-faults'
import { mailsNamed, tokenIn } from '../../support/mailbox'
import { many } from '../../support/many'
import { actsOf, approve, DAY, decide, eventsLike, runActs } from '../../support/pending-acts'
import { tryLogin } from '../../support/recovery'
import { eventsOf, rowsOf, userIdOf } from '../../support/rows-of'

const SCHEDULED = 'Your authenticator apps will be removed'

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
    const [mail] = await mailsNamed(user.account.email, SCHEDULED)
    const token = mail && tokenIn(mail)
    const stop = () => app.post('/api/auth/stop-act/', { token }, { ip: freshAddress() })
    const count = many(50)
    const stops = await Promise.all(Array.from({ length: count }, stop))
    expect(stops.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(stops.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(count - 1)
    expect(await eventsLike(id, '%_stopped')).toEqual([
      {
        event: 'user_factor_removal_stopped',
        actor: id,
        data: { act: scheduled.body['act_id'] },
      },
    ])
    app.advance(DAY + 1)
    await runActs(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    expect((await me(app, { token: accessToken })).status).toBe(401)

    expect((await act(app, admin, `${id}/remove-factors`)).status).toBe(202)
    app.advance(DAY - 5)
    await runActs(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    const session = await signInWithTotp(app, user)
    const epoch = Number(await columnOf(id, 'security_epoch'))
    app.advance(6)
    await Promise.all([runActs(app), runActs(app)])
    const rows = await rowsOf(id)
    // A login that was begun with them ends nowhere.
    expect(await columnOf(id, 'security_epoch')).toBe(epoch + 1)
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
    const { one } = await onlyAdmins(app, 'one')
    const { userId: id } = await withTotp(app)
    expect((await act(app, one, `${id}/remove-factors`)).status).toBe(202)
    await env.DB.prepare(`UPDATE users SET status = 'disabled' WHERE id = ?`).bind(one.id).run()
    app.advance(DAY + 1)
    await runActs(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    expect(await actsOf(id)).toMatchObject([{ state: 'stopped' }])
    expect(await eventsLike(id, '%_stopped')).toMatchObject([
      { event: 'user_factor_removal_stopped', actor: 'system' },
    ])
    app.advance(30 * DAY)
    await runActs(app)
    expect(await actsOf(id)).toEqual([])
  })

  test('stay where a colleague stops it; no approval makes it sooner', async ({ expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const { userId: id } = await withTotp(app)
    const { body } = await act(app, one, `${id}/remove-factors`)
    expect((await approve(app, two, body['act_id'])).status).toBe(404)
    expect((await decide(app, two, 'stop', body['act_id'])).status).toBe(204)
    app.advance(DAY + 1)
    await runActs(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
  })

  test('are not removed behind an owner’s back', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const { account, userId: id } = await withTotp(app)
    const deaf = startApp(noQueue())
    expect((await act(deaf, admin, `${id}/remove-factors`)).status).toBe(202)
    // The link that stops it is on its way all the same.
    await sendWaiting()
    const [mail] = await mailsNamed(account.email, SCHEDULED)
    if (!mail) throw new Error('a mail')
    expect((await app.post('/api/auth/stop-act/', { token: tokenIn(mail) })).status).toBe(200)
    app.advance(DAY + 1)
    await runActs(app)
    expect((await rowsOf(id)).get('totp_authenticators')).toHaveLength(1)
    // Without a factor there is nothing to lose.
    const other = await insertUser(app, 'customer')
    expect((await act(app, admin, `${other}/remove-factors`)).body.code).toBe('user_state')
  })
})

test('lost second factors of an admin are told to the other admins, who can stop it', async ({
  expect,
}) => {
  const app = startApp()
  const { one, two } = await onlyAdmins(app, 'one', 'two')
  const toOthers = async ({ id }: { id: string }) => {
    await sendWaiting()
    const email = String(await columnOf(id, 'email'))
    return mailsNamed(email, 'An admin’s authenticator apps are to be removed', 0)
  }
  const customer = await withTotp(app)
  expect((await act(app, one, `${customer.userId}/remove-factors`)).status).toBe(202)
  expect(await toOthers(two)).toEqual([])
  const admin = await hasAdmin(app)
  const { body } = await act(app, one, `${admin.id}/remove-factors`)
  const [mail, ...more] = await toOthers(two)
  expect([mail?.text.includes(REASON), more]).toEqual([true, []])
  expect(mail?.text).not.toMatch(/https?:|IP address/)
  for (const other of [one, admin]) expect(await toOthers(other)).toEqual([])
  expect((await decide(app, two, 'stop', body['act_id'])).status).toBe(204)
})
