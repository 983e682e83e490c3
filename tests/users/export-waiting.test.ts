import { test } from 'vitest'
import type { Deps } from '../../src/platform/deps'
import { signedIn, stepUp } from '../support/acts'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { insertAct } from '../support/pending-acts'
import { userIdOf } from '../support/rows-of'

test('the export has where a browser has been, addresses that wait, and what an admin plans', async ({
  expect,
}) => {
  const abroad = (deps: Deps) => ({ ...deps, caller: { ...deps.caller, country: 'NL' } })
  const app = startApp(abroad)
  const { account, accessToken: first } = await signedIn(app)
  const email = `second-${account.email}`
  await app.post('/api/users/notification-email/', { email }, { token: first })
  const admin = await insertUser(app, 'admin')
  await insertAct('remove_factors', await userIdOf(account), { by: admin })
  const { accessToken: token } = await stepUp(app, account, first)
  const { body, text } = await app.send('GET', '/api/users/me/export/', { token })
  expect(body).toMatchObject({
    devices: [{ countries: ['NL'] }],
    waiting_addresses: [{ purpose: 'notification_email', email }],
    pending_acts: [{ kind: 'remove_factors', reason: 'lost', state: 'waiting' }],
  })
  expect(text).not.toContain(admin)
})
