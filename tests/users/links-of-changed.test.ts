import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { findMailbox } from '../../src/identity/mailbox/mailbox'
import { issueMailboxLink } from '../../src/identity/mailbox/mailbox-link'
import { batch } from '../../src/platform/db/batch'
import { emailKey } from '../../src/platform/text/email-key'
import { createUser } from '../../src/users/create-user'
import { hasAdmin, inviteUser } from '../support/admins'
import { type Account, startApp } from '../support/app'
import { mailsTo } from '../support/mailbox'
import { setUser } from '../support/recovery'
import { userIdOf } from '../support/rows-of'

type App = ReturnType<typeof startApp>
type Target = Pick<Account, 'email'>

/** The account was found in one state, and is in another when its link is made. */
async function linkAfter(app: App, { email }: Target, change: () => Promise<unknown>) {
  const deps = app.deps()
  const key = emailKey(email)
  const mailbox = await findMailbox(deps, key)
  await change()
  const links = issueMailboxLink(deps, { key, mailbox, act: 'reset', token: crypto.randomUUID() })
  const { link } = await batch(deps.db, links)
  return [mailbox.state, link.length]
}

const nothing = () => Promise.resolve()

test.for([
  ['active', 'email_verified_at = 1', "status = 'disabled'"],
  ['frozen', 'frozen_at = 1', "status = 'disabled'"],
  ['closing', 'erasure_due_at = 4e12', 'erasure_due_at = NULL'],
] as const)('an account that is no longer %s gets no link of it', async (states, { expect }) => {
  const [state, before, after] = states
  const app = startApp()
  const account = await app.hasAccount()
  await setUser(account, before)
  expect(await linkAfter(app, account, nothing)).toEqual([state, 1])
  expect(await linkAfter(app, account, () => setUser(account, after))).toEqual([state, 0])
})

test.for([
  ['withdrawn', "DELETE FROM mailed_tokens WHERE purpose = 'invite' AND user_id = ?"],
  ['accepted', "UPDATE users SET status = 'active' WHERE id = ?"],
] as const)('an invitation that was %s meanwhile is not mailed again', async (how, { expect }) => {
  const [, change] = how
  const app = startApp()
  const invited = app.newAccount()
  const { email } = invited
  await inviteUser(app, await hasAdmin(app), { email, role: 'merchant' })
  const id = await userIdOf(invited)
  expect(await linkAfter(app, invited, nothing)).toEqual(['invited', 1])
  const changed = () => env.DB.prepare(change).bind(id).run()
  expect(await linkAfter(app, invited, changed)).toEqual(['invited', 0])
})

test('a link before stays where no other is made', async ({ expect }) => {
  const app = startApp()
  const account = await app.hasAccount()
  const links = () => env.DB.prepare('SELECT count(*) AS n FROM mailed_tokens').first('n')
  const before = Number(await links())
  await linkAfter(app, account, nothing)
  await linkAfter(app, account, () => setUser(account, "status = 'disabled'"))
  expect(Number(await links()) - before).toBe(1)
})

test('a sign-up with an address that somebody has confirmed meanwhile is none', async ({
  expect,
}) => {
  const app = startApp()
  const [account, other] = [app.newAccount(), await app.hasAccount()]
  const { email } = account
  const deps = app.deps()
  const real = deps.accountGuards.getByName(crypto.randomUUID())
  const ask: typeof real.ask = async (...args) => {
    await setUser(other, `email = '${email}', email_key = '${emailKey(email)}'`)
    return real.ask(...args)
  }
  const accountGuards = { getByName: () => ({ ask }) } as unknown as typeof deps.accountGuards
  await createUser({ ...deps, accountGuards }, { ...account, role: 'customer' })
  const query = 'SELECT count(*) AS n FROM sign_ups WHERE email_key = ?'
  expect(await env.DB.prepare(query).bind(emailKey(email)).first('n')).toBe(0)
  expect(await mailsTo(email)).toEqual([])
})
