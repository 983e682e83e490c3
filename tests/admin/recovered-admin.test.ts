import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import { openSession } from '../support/accounts'
import { type App, signedIn, withTotp } from '../support/acts'
import { askForEmail, notMe, REQUESTED } from '../support/addresses'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  insertUser,
  inviteUser,
} from '../support/admins'
import { type Account, startApp } from '../support/app'
import { sendWaiting } from '../support/mail-faults'
import { mailAbout, nextMail, tokenIn } from '../support/mailbox'
import { approve } from '../support/pending-acts'
import { confirmReset, resetTokenOf } from '../support/recovery'
import { check, DAY, runActs, schedule, soleAdmin, stateOfAct } from './support'

type Admin = { id: string }

/** An app with a secret of the service, its sole admin, who is signed in, and an unused address. */
async function arrange(colleagues: number) {
  const secret = randomToken()
  const app = startApp((deps) => ({
    ...deps,
    settings: { ...deps.settings, BOOTSTRAP_TOKEN: secret },
  }))
  const { one: before } = await soleAdmin(app, colleagues)
  const owner = await signedIn(app)
  // In the place of the first, who has never been one where nobody has.
  if (colleagues === 0) await env.DB.prepare('DELETE FROM admin_appointments').run()
  await env.DB.prepare(
    `UPDATE users SET role = CASE id WHEN ?1 THEN 'admin' ELSE 'customer' END WHERE id IN (?1, ?2)`,
  )
    .bind(owner.userId, before.id)
    .run()
  return { app, secret, owner, one: { id: owner.userId }, account: app.newAccount() }
}

const linkTo = async ({ email }: Account) => {
  await sendWaiting()
  return tokenIn(await nextMail(email))
}

/** Every way to the link of an invitation that makes an admin, of whose askers one is signed in. */
const ways: Record<string, () => Promise<{ app: App; owner: Owner; link: string }>> = {
  'asked for by it and approved by another': async () => withColleague('asks'),
  'approved by it': async () => withColleague('approves'),
  'of an admin who has never had a colleague': async () => {
    const { app, owner, one, account } = await arrange(0)
    const { status } = await inviteUser(app, one, { email: account.email, role: 'admin' })
    if (status !== 201) throw new Error(String(status))
    return { app, owner, link: await linkTo(account) }
  },
  'by the secret of the service': async () => {
    const { app, owner, one, account, secret } = await arrange(1)
    const json = { email: account.email, role: 'admin', bootstrap_token: secret }
    const { status } = await inviteUser(app, one, json)
    if (status !== 201) throw new Error(String(status))
    return { app, owner, link: await linkTo(account) }
  },
  'by a sole admin after seven days': async () => {
    const { app, owner, one, account } = await arrange(1)
    await schedule(app, one, account.email)
    app.advance(7 * DAY)
    await runActs(app)
    return { app, owner, link: await linkTo(account) }
  },
}

type Owner = Awaited<ReturnType<typeof signedIn>>

async function withColleague(how: 'asks' | 'approves') {
  const { app, owner, one, account } = await arrange(1)
  const two: Admin = { id: await insertUser(app, 'admin') }
  const [asker, approver] = how === 'asks' ? [one, two] : [two, one]
  const { body } = await inviteUser(app, asker, { email: account.email, role: 'admin' })
  const { status, text } = await approve(app, approver, body['act_id'])
  if (status !== 204) throw new Error(text)
  return { app, owner, link: await linkTo(account) }
}

/** “This was not me”, in answer to a change of address that an intruder has asked for. */
async function freeze(app: App, { account, userId }: Owner) {
  const { accessToken } = await openSession(app.deps(), userId)
  await askForEmail(app, accessToken, app.newAccount().email)
  const { status, text } = await notMe(app, tokenIn(await mailAbout(account.email, REQUESTED)))
  if (status >= 300) throw new Error(text)
}

async function recover(app: App, { account }: Owner) {
  const { status, text } = await confirmReset(app, await resetTokenOf(app, account))
  if (status !== 204) throw new Error(text)
}

/** Every act that an admin asks for alone. */
const asks: Record<string, (app: App, one: Admin) => Promise<string>> = {
  'a grant': async (app, one) => {
    await insertUser(app, 'admin')
    const { body } = await changeRole(app, one, await insertUser(app, 'customer'), 'admin')
    return String(body['act_id'])
  },
  'a demotion': async (app, one) => {
    const { body } = await changeRole(app, one, await insertUser(app, 'admin'), 'customer')
    return String(body['act_id'])
  },
  'the end of an admin': async (app, one) => {
    const { body } = await act(app, one, `${await insertUser(app, 'admin')}/disable`)
    return String(body['act_id'])
  },
  'a removal of factors': async (app, one) => {
    const { userId } = await withTotp(app)
    return String((await act(app, one, `${userId}/remove-factors`)).body['act_id'])
  },
  'a sole admin’s invitation': async (app, one) => (await schedule(app, one)).actId,
}

describe('E-036: what a stolen session of an admin has asked for ends with the recovery', () => {
  test.for(Object.entries(asks))('%s', async ([name, ask], { expect }) => {
    const { app, owner, one } = await arrange(1)
    const actId = await ask(app, one)
    expect(await stateOfAct(actId)).toBe('waiting')
    await freeze(app, owner)
    await recover(app, owner)
    expect(await columnOf(one.id, 'role')).toBe('admin')
    if (name !== 'a sole admin’s invitation') {
      const approved = await approve(app, { id: await insertUser(app, 'admin') }, actId)
      expect(approved.status).toBe(404)
    }
    app.advance(7 * DAY)
    await runActs(app)
    expect(await stateOfAct(actId)).toBe('stopped')
  })
})

describe('E-036: what a stolen session of an admin has sent ends with the recovery: a link', () => {
  test.for(Object.entries(ways))('%s', async ([, way], { expect }) => {
    const { app, owner, link } = await way()
    expect((await check(app, link)).status).toBe(200)
    await freeze(app, owner)
    expect((await check(app, link)).status).toBe(400)
    await recover(app, owner)
    expect(await columnOf(owner.userId, 'role')).toBe('admin')
    expect((await check(app, link)).body.code).toBe('invalid_token')
    const { status } = await acceptInvitation(app, link, app.newAccount())
    expect(status).toBe(400)
  })
})
