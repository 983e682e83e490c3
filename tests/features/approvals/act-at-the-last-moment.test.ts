import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import {
  actOnList,
  customers,
  eventCount,
  LIST_ACTS,
  newAdmin,
  outcomes,
  setUsers,
} from '../../support/act-on-list'
import { signedIn } from '../../support/acts'
import { act, endAll, hasAdmin, tokenFor } from '../../support/admins'
import { startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { mailsTo } from '../../support/mailbox'

test.for([
  ['disable', `status = 'active'`, `status = 'disabled'`],
  ['enable', `status = 'disabled'`, `frozen_at = 1, email_verified_at = NULL`],
  ['enable', `status = 'disabled'`, `role = 'merchant'`],
] as const)(
  'an account that changes at the last moment is refused, and nothing is recorded: %s, %s, then %s',
  async ([name, before, after], { expect }) => {
    const ids = await customers(startApp(), 1)
    await setUsers(before, ids)
    const app = startApp(beforeBatch(() => setUsers(after, ids)))
    const answer = await actOnList(app, await tokenFor(app, await newAdmin(app)), name, ids)
    expect(outcomes(answer)).toEqual([[ids[0], 'user_state']])
    expect(await eventCount(LIST_ACTS[name], ids)).toBe(0)
  },
)

test('an address that was never confirmed hears nothing of an unlock', async ({ expect }) => {
  const app = startApp()
  const ids = await customers(app, 2)
  await setUsers('email_verified_at = NULL', ids)
  const mails = 'SELECT count(*) AS n FROM waiting_mails'
  const before = await env.DB.prepare(mails).first('n')
  const answer = await actOnList(app, await tokenFor(app, await newAdmin(app)), 'unlock', ids)
  expect(outcomes(answer)).toEqual(ids.map((id) => [id, 'done']))
  expect(await env.DB.prepare(mails).first('n')).toBe(before)
})

test('nobody is told of sessions that ended with all others', async ({ expect }) => {
  const app = startApp()
  const admin = await hasAdmin(app)
  const { account, userId } = await signedIn(app)
  app.advance(1)
  expect((await endAll(app, admin)).status).toBe(200)
  const { length } = await mailsTo(account.email)
  app.advance(1)
  expect((await act(app, admin, `${userId}/end-sessions`)).status).toBe(204)
  expect(await mailsTo(account.email)).toHaveLength(length)
})
