import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import { acceptInvitation, columnOf, insertUser, inviteUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { documented, requestOf } from '../support/documented'
import { mailsTo, nextMail, tokenIn } from '../support/mailbox'
import { userIdOf } from '../support/rows-of'
import { check, eventsAbout, setUserById, soleAdmin } from './support'

const appWith = (secret: string | undefined) =>
  startApp((deps) => ({ ...deps, settings: { ...deps.settings, BOOTSTRAP_TOKEN: secret } }))

const REFUSED = 'is not the secret of this service, or it has been used'
const errorsOf = ({ body }: { body: object }) => 'errors' in body && body.errors
const refused = (detail: string) => [{ pointer: '#/bootstrap_token', detail }]

const refusals = async () =>
  (
    await env.DB.prepare(
      `SELECT json_extract(data, '$.reason') AS reason FROM audit_events
       WHERE event = 'authz_fail' AND json_extract(data, '$.permission') = 'bootstrap' ORDER BY id`,
    ).run<{ reason: string }>()
  ).results.map(({ reason }) => reason)

describe('E-036: a sole admin with a new secret of the service', () => {
  test('invites at once, once', async ({ expect }) => {
    const secret = randomToken()
    const app = appWith(secret)
    const { one } = await soleAdmin(app)
    const account = app.newAccount()
    const command = documented('docs/operations.md', 'curl $URL/api/users/create/')
    const { path, json: given } = requestOf(command)
    expect(path).toBe('/api/users/create/')
    const json = { ...given, email: account.email, bootstrap_token: secret }
    const invited = await inviteUser(app, one, json)
    expect([invited.status, invited.body.status]).toEqual([201, 'invited'])
    const link = tokenIn(await nextMail(account.email))
    expect((await check(app, link)).body).toEqual({ email: account.email, role: 'admin' })

    const next = { ...json, email: app.newAccount().email }
    const again = await inviteUser(app, one, next)
    expect([again.status, errorsOf(again)]).toEqual([400, refused(REFUSED)])
    expect(await refusals()).toEqual(['dead'])
    // Nor is it good for the first admin any more.
    await setUserById(one, `role = 'customer'`)
    const started = { token: secret, email: next.email }
    const first = await app.post('/api/admin/bootstrap/', started, { ip: freshAddress() })
    expect(first.status).toBe(404)
    await setUserById(one, `role = 'admin'`)

    expect((await acceptInvitation(app, link, account)).status).toBe(200)
    const userId = await userIdOf(account)
    expect(await columnOf(userId, 'role')).toBe('admin')
    expect(await eventsAbout(userId)).toEqual([
      `user_invited by ${one.id}`,
      `sys_bootstrap by ${one.id}`,
      `user_invitation_accepted by ${userId}`,
    ])
  })

  test('is refused with a wrong one or none there, which costs no step-up', async ({ expect }) => {
    for (const secret of [randomToken(), undefined]) {
      const app = appWith(secret)
      const { one } = await soleAdmin(app)
      const token = await tokenFor(app, one)
      const { email } = app.newAccount()
      const ask = (extra: object) =>
        app.post('/api/users/create/', { email, ...extra }, { token, ip: freshAddress() })
      for (const wrong of [randomToken(), '', 'x'.repeat(200)]) {
        const answer = await ask({ role: 'admin', bootstrap_token: wrong })
        expect([answer.status, errorsOf(answer)]).toEqual([400, refused(REFUSED)])
      }
      const long = await ask({ role: 'admin', bootstrap_token: 'x'.repeat(201) })
      expect([long.status, long.body.code]).toEqual([400, 'invalid_request'])
      expect(await mailsTo(email)).toEqual([])
      expect((await ask({ role: 'admin' })).body.status).toBe('scheduled')
    }
    expect((await refusals()).filter((reason) => reason === 'wrong').length).toBeGreaterThan(0)
  })

  test('of eight at once with one secret one invites', async ({ expect }) => {
    const secret = randomToken()
    const app = appWith(secret)
    const { one } = await soleAdmin(app)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        inviteUser(app, one, {
          email: app.newAccount().email,
          role: 'admin',
          bootstrap_token: secret,
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7)
  })

  test('neither goes past another admin, nor is for another role or a stranger', async ({
    expect,
  }) => {
    const secret = randomToken()
    const app = appWith(secret)
    const { one } = await soleAdmin(app)
    const account = app.newAccount()
    const { email } = account
    const merchant = await inviteUser(app, one, {
      email,
      role: 'merchant',
      bootstrap_token: secret,
    })
    expect([merchant.status, errorsOf(merchant)]).toEqual([
      400,
      refused('is for the invitation of an admin'),
    ])
    const signUp = { ...account, bootstrap_token: secret }
    const stranger = await app.post('/api/users/create/', signUp, { ip: freshAddress() })
    expect([stranger.status, errorsOf(stranger)]).toEqual([
      400,
      refused('is for an admin who invites another one'),
    ])
    const colleague = { id: await insertUser(app, 'admin') }
    for (const token of [secret, randomToken()]) {
      const beside = await inviteUser(app, one, { email, role: 'admin', bootstrap_token: token })
      expect([beside.status, errorsOf(beside)]).toEqual([
        400,
        refused('is for a sole admin; another admin has to approve'),
      ])
    }
    await setUserById(colleague, `status = 'disabled'`)
    const json = { email, role: 'admin', bootstrap_token: secret }
    expect((await inviteUser(app, one, json)).status).toBe(201)
    // A colleague who is back has to approve.
    const link = tokenIn(await nextMail(email))
    await setUserById(colleague, `status = 'active'`)
    expect((await acceptInvitation(app, link, account)).body.code).toBe('invalid_token')
  })

  test('an address in use does not use the secret up', async ({ expect }) => {
    const secret = randomToken()
    const app = appWith(secret)
    const { one } = await soleAdmin(app)
    const { email } = await app.hasAccount()
    const json = { role: 'admin', bootstrap_token: secret }
    expect((await inviteUser(app, one, { ...json, email })).body.code).toBe('address_taken')
    expect((await inviteUser(app, one, { ...json, email: app.newAccount().email })).status).toBe(
      201,
    )
  })
})
