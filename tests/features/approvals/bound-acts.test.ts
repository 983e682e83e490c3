import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { addTotp, type App, signedIn, stepUpByApp, withTotp } from '../../support/acts'
import { askForEmail, changing, confirmEmail, notMe, stepUpAnew } from '../../support/addresses'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  inviteUser,
  onlyAdmins,
  tokenFor,
} from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { sendWaiting } from '../../support/mail-faults'
import { mailAbout, nextMail, tokenIn } from '../../support/mailbox'
import { actsOf, approve, DAY, eventsLike, insertAct, runActs } from '../../support/pending-acts'
import { confirmReset, nextLinkToken, resetTokenOf } from '../../support/recovery'
import { rowsOf, userIdOf } from '../../support/rows-of'

type Admin = { id: string }
type Owner = Awaited<ReturnType<typeof signedIn>>
type Answers = readonly { status: number; text: string }[]

/** Whatever moves an account in use. The session has a step-up. */
const movers: Record<string, (app: App, owner: Owner, admin: Admin) => Promise<Answers>> = {
  'a reset': async (app, { account }) => [
    await confirmReset(app, await resetTokenOf(app, account)),
  ],
  'a new password': async (app, { account, accessToken: token }) => [
    await app.post(
      '/api/auth/change-password/',
      { old_password: account.password, new_password: 'seven purple lanterns drift' },
      { token },
    ),
  ],
  'a new address': async (app, { accessToken }) => {
    const { email } = app.newAccount()
    const asked = await askForEmail(app, accessToken, email)
    const mail = await mailAbout(email, /Confirm your new e-mail address/)
    return [asked, await confirmEmail(app, tokenIn(mail))]
  },
  'a new app': async (app, { accessToken }) => {
    await addTotp(app, accessToken)
    return []
  },
  'the end of it, taken back': async (app, { account, accessToken: token }) => {
    const ended = await app.send('DELETE', '/api/users/me/', { token })
    await sendWaiting()
    const kept = await nextLinkToken(account, 'keep-account')
    return [ended, await app.post('/api/users/keep-account/', { token: kept })]
  },
  'a freeze': async (app, { account, accessToken }) => {
    await askForEmail(app, accessToken, app.newAccount().email)
    const mail = await mailAbout(account.email, /wants to change your e-mail address/)
    return [await notMe(app, tokenIn(mail))]
  },
  'another role': async (app, { userId }, admin) => [
    await changeRole(app, admin, userId, 'merchant'),
  ],
  'an end by an admin, taken back': async (app, { userId }, admin) => [
    await act(app, admin, `${userId}/disable`),
    await act(app, admin, `${userId}/enable`),
  ],
}

/** Neither approved nor shown anywhere, asked for anew, and closed on its day with an event. */
async function isOver(
  app: App,
  userId: string,
  [one, two]: readonly [Admin, Admin],
  actId: string,
) {
  const role = await columnOf(userId, 'role')
  const approved = await approve(app, two, actId)
  const token = await tokenFor(app, one)
  const [all, account] = await Promise.all([
    app.send('GET', '/api/admin/acts/', { token }),
    app.send('GET', `/api/admin/users/${userId}/`, { token }),
  ])
  const listed = JSON.stringify([all.body['acts'], account.body['waiting']]).includes(actId)
  app.advance(DAY + 1)
  await runActs(app)
  const [act] = await actsOf(userId)
  return {
    approved: approved.status,
    listed,
    isUnchanged: role === (await columnOf(userId, 'role')),
    state: act?.state,
    events: (await eventsLike(userId, 'user_role_request_stopped')).map(({ actor }) => actor),
  }
}

const OVER = {
  approved: 404,
  listed: false,
  isUnchanged: true,
  state: 'stopped',
  events: ['system'],
}

describe('E-036: a grant to an account in use is worth nothing after', () => {
  test.for(Object.entries(movers))('%s', async ([, move], { expect }) => {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const owner = await signedIn(app)
    const { body } = await changeRole(app, one, owner.userId, 'admin')
    await stepUpAnew(app, owner.sessionId)
    for (const { status, text } of await move(app, owner, two)) {
      expect([status < 300, text]).toEqual([true, text])
    }
    const actId = String(body['act_id'])
    expect(await isOver(app, owner.userId, [one, two], actId)).toEqual(OVER)
  })
})

describe('E-036: a grant to an invited address is worth nothing after', () => {
  async function asked() {
    const app = startApp()
    const { one, two } = await onlyAdmins(app, 'one', 'two')
    const account = app.newAccount()
    const { body } = await inviteUser(app, one, { email: account.email, role: 'admin' })
    const [userId, actId] = [String(body['user_id']), String(body['act_id'])]
    return { app, one, two, account, userId, actId }
  }

  test('a newer invitation, which alone is accepted', async ({ expect }) => {
    const { app, one, two, account, userId, actId } = await asked()
    expect((await inviteUser(app, two, { email: account.email })).status).toBe(201)
    const token = tokenIn(await nextMail(account.email))
    expect(await isOver(app, userId, [one, two], actId)).toEqual(OVER)
    expect((await acceptInvitation(app, token, account)).status).toBe(200)
    expect(await columnOf(userId, 'role')).toBe('customer')
  })

  test('a newer one for an admin, of which alone there is an approval', async ({ expect }) => {
    const { app, one, two, account, actId } = await asked()
    const { body } = await inviteUser(app, one, { email: account.email, role: 'admin' })
    expect((await approve(app, two, actId)).status).toBe(404)
    expect((await approve(app, two, body['act_id'])).status).toBe(204)
  })

  test('its end by an admin, taken back', async ({ expect }) => {
    const { app, one, two, userId, actId } = await asked()
    expect((await act(app, two, `${userId}/disable`)).status).toBe(204)
    expect((await act(app, two, `${userId}/enable`)).status).toBe(204)
    expect(await isOver(app, userId, [one, two], actId)).toEqual(OVER)
  })

  test('a sign-up with it, which gives nobody the role', async ({ expect }) => {
    const { app, two, account, userId, actId } = await asked()
    await app.post('/api/users/create/', account, { ip: freshAddress() })
    const token = tokenIn(await nextMail(account.email))
    expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(200)
    expect((await approve(app, two, actId)).status).toBe(404)
    const id = await userIdOf(account)
    expect([id === userId, await columnOf(id, 'role')]).toEqual([false, 'customer'])
  })

  test('another account has proved to have it', async ({ expect }) => {
    const { app, two, account, actId } = await asked()
    const other = await changing(app, account.email)
    expect((await confirmEmail(app, other.token)).status).toBe(200)
    expect((await approve(app, two, actId)).status).toBe(404)
    expect(await columnOf(other.userId, 'role')).toBe('customer')
  })
})

test('a removal of factors ends with what its owner changes, and the export says so', async ({
  expect,
}) => {
  const app = startApp()
  const { one } = await onlyAdmins(app, 'one')
  const ada = await withTotp(app)
  expect((await act(app, one, `${ada.userId}/remove-factors`)).status).toBe(202)
  const exported = async (token: string) =>
    (await app.send('GET', '/api/users/me/export/', { token })).body['pending_acts']
  const token = await stepUpByApp(app, ada, ada.accessToken)
  expect(await exported(token)).toMatchObject([{ state: 'waiting' }])
  await addTotp(app, token)
  const again = await tokenFor(app, { id: ada.userId })
  expect(await exported(again)).toMatchObject([{ state: 'stopped' }])
  app.advance(DAY + 1)
  await runActs(app)
  expect((await rowsOf(ada.userId)).get('totp_authenticators')).toHaveLength(2)
  expect(await actsOf(ada.userId)).toMatchObject([{ state: 'stopped', decided_by: 'system' }])
})

test('a grant that names no state of the account is no grant', async ({ expect }) => {
  const app = startApp()
  const { one, two } = await onlyAdmins(app, 'one', 'two')
  const { userId } = await signedIn(app)
  const dueAt = app.now().getTime() + DAY * 1000
  for (const column of ['user_status', 'user_epoch', 'user_email_key']) {
    const id = await insertAct('grant_admin', userId, { by: one.id, dueAt })
    await env.DB.prepare(`UPDATE pending_acts SET ${column} = NULL WHERE id = ?`).bind(id).run()
    expect([column, (await approve(app, two, id)).status]).toEqual([column, 404])
  }
})
