import type { Role } from '../../src/platform/db/schema'
import { createUser } from '../../src/users/create-user'
import { addTotp, codeOf } from '../support/acts'
import { insertUser } from '../support/admins'
import { nextCode } from '../support/app'
import { nextMail, tokenIn } from '../support/mailbox'
import { NEW_PASSWORD } from '../support/recovery'
import { requests as ofAdmins } from './admin-requests'
import { requests as ofMerchants } from './merchant-requests'
import { act, asAdmin, link, setUser } from './prepare'
import type { Prepared, Way, World } from './world'

const DAY = 86_400_000

const invite =
  (role: Role): Way =>
  async (world) => ({
    ...(await asAdmin(world)),
    json: { email: world.app.newAccount().email, role },
  })

/** The link that gives the account another address, as main or second one. */
const withAddress =
  (purpose: 'change_email' | 'notification_email') =>
  async (world: World): Promise<Prepared> => {
    const { app, sessionId } = world
    const data = { email: app.newAccount().email, sessionId, epoch: 0 }
    return { json: await link(world, world.userId, purpose, data) }
  }

/** The link of an invited account that two admins stand for. */
async function invitation(world: World) {
  const [by, requestedBy, userId] = await Promise.all([
    insertUser(world.app, 'admin'),
    insertUser(world.app, 'admin'),
    world.other(),
  ])
  await setUser(userId, `status = 'pending', email_verified_at = NULL`)
  const epochs = { byEpoch: 0, requestedByEpoch: 0 }
  return link(world, userId, 'invite', { role: 'admin', by, requestedBy, ...epochs })
}

async function login({ app, account }: World) {
  const challenge = await app.startLogin(account)
  return { challenge, method: 'email', code: await nextCode(account) }
}

async function stepUp({ app, account, token }: World) {
  const { password } = account
  const { body } = await app.post('/api/auth/step-up/', { password }, { token })
  return { challenge: body.challenge, method: 'email', code: await nextCode(account) }
}

/** An app beside the session, which ends with it: so another one asks. */
async function withApp({ app, userId, session }: World) {
  await addTotp(app, (await session(userId)).accessToken)
  return { token: (await session(userId)).accessToken }
}

/** What the facets of a route do not tell: what must have been done before. */
export const requests: Readonly<Record<string, Way | readonly Way[]>> = {
  ...ofAdmins,
  ...ofMerchants,
  'POST /api/users/create': [
    async ({ app }) => Promise.resolve({ json: app.newAccount() }),
    invite('merchant'),
    invite('admin'),
  ],
  'DELETE /api/users/me': [async () => Promise.resolve({}), asAdmin],
  'PUT /api/users/update': async ({ app }) =>
    Promise.resolve({ json: { display_name: 'Ada', username: app.newAccount().username } }),
  'POST /api/users/change-email/confirm': withAddress('change_email'),
  'POST /api/users/notification-email/confirm': withAddress('notification_email'),
  'DELETE /api/users/notification-email': async ({ app, userId }) => {
    await setUser(userId, `notification_email = '${app.newAccount().email}'`)
    return {}
  },
  'POST /api/users/enable-2fa/confirm': async ({ app, token }) => {
    const { body } = await app.post('/api/users/enable-2fa/', { name: 'App' }, { token })
    return { json: { id: body['id'], code: codeOf(body['secret'], app.now()) } }
  },
  'POST /api/users/enable-2fa/disable': withApp,
  'GET /api/users/backup-codes': withApp,
  'POST /api/users/backup-codes': withApp,
  'POST /api/users/keep-account': async (world) => {
    await setUser(world.userId, `erasure_due_at = ${world.app.now().getTime() + DAY}`)
    return { json: await link(world, world.userId, 'keep_account', null) }
  },
  'POST /api/auth/verify-email': async ({ app }) => {
    const account = app.newAccount()
    await createUser(app.deps(), { ...account, role: 'customer' })
    return { json: { token: tokenIn(await nextMail(account.email)) } }
  },
  'POST /api/auth/verify-email/resend': async ({ account }) =>
    Promise.resolve({ json: { email: account.email } }),
  'POST /api/auth/not-me': async (world) => {
    const data = { email: world.account.email, since: 0 }
    return { json: await link(world, world.userId, 'not_me', data) }
  },
  'POST /api/auth/login': async ({ account: { email: identifier, password } }) =>
    Promise.resolve({ json: { identifier, password } }),
  'POST /api/auth/verify-2fa': async (world) => ({ json: await login(world) }),
  'POST /api/auth/resend-otp': async (world) => {
    const { challenge } = await login(world)
    world.app.advance(61)
    return { json: { challenge } }
  },
  'POST /api/auth/step-up/verify': async (world) => ({ json: await stepUp(world) }),
  'POST /api/auth/refresh': async ({ session, userId }) => {
    const { refreshToken } = await session(userId)
    return { json: { refresh_token: refreshToken } }
  },
  'POST /api/auth/logout': async ({ token }) => Promise.resolve({ token, json: {} }),
  'DELETE /api/auth/devices/:id{dev_[A-Za-z0-9_-]+}': async ({ app, token }) => {
    const { body } = await app.send('GET', '/api/auth/devices/', { token })
    return { params: { id: (body['devices'] as { id: string }[])[0]?.id ?? '' } }
  },
  'POST /api/auth/reset-password': async ({ account }) =>
    Promise.resolve({ json: { email: account.email } }),
  'POST /api/auth/reset-password/check': async (world) => ({
    json: await link(world, world.userId, 'reset', 0),
  }),
  'POST /api/auth/reset-password/confirm': async (world) => ({
    json: { ...(await link(world, world.userId, 'reset', 0)), password: NEW_PASSWORD },
  }),
  'POST /api/auth/change-password': async ({ account }) =>
    Promise.resolve({ json: { old_password: account.password, new_password: NEW_PASSWORD } }),
  'POST /api/users/accept-invitation/check': async (world) => ({ json: await invitation(world) }),
  'POST /api/users/accept-invitation': async (world) => ({
    json: { ...(await invitation(world)), password: NEW_PASSWORD },
  }),
  'POST /api/auth/stop-act': async (world) => {
    const { params } = await act(world, 'demote_admin')
    return { json: await link(world, params.id, 'stop_act', { act: params.act }) }
  },
  'GET /assets/:file{[a-z0-9-]+\\.[a-z0-9]+}': async () =>
    Promise.resolve({ params: { file: 'base.css' } }),
}
