import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { randomToken } from '../../src/crypto/token'
import { openSession } from '../support/accounts'
import { type App, signedIn } from '../support/acts'
import { askForEmail, notMe, REQUESTED } from '../support/addresses'
import { acceptInvitation, columnOf, insertUser, inviteUser } from '../support/admins'
import { type Account, startApp } from '../support/app'
import { sendWaiting } from '../support/mail-faults'
import { mailAbout, nextMail, tokenIn } from '../support/mailbox'
import { approve } from '../support/pending-acts'
import { confirmReset, resetTokenOf } from '../support/recovery'
import { check, DAY, runActs, schedule, soleAdmin } from './support'

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

describe('E-036: what a stolen session of an admin has sent ends with the recovery: a link', () => {
  test.for(Object.entries(ways))('%s', async ([, way], { expect }) => {
    const { app, owner, link } = await way()
    expect((await check(app, link)).status).toBe(200)
    const { accessToken } = await openSession(app.deps(), owner.userId)
    await askForEmail(app, accessToken, app.newAccount().email)
    const token = tokenIn(await mailAbout(owner.account.email, REQUESTED))
    expect((await notMe(app, token)).status).toBeLessThan(300)
    expect((await check(app, link)).status).toBe(400)
    expect((await confirmReset(app, await resetTokenOf(app, owner.account))).status).toBe(204)
    expect(await columnOf(owner.userId, 'role')).toBe('admin')
    expect((await check(app, link)).body.code).toBe('invalid_token')
    const { status } = await acceptInvitation(app, link, app.newAccount())
    expect(status).toBe(400)
  })
})
