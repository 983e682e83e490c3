import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import type { Deps } from '../../src/context'
import { signedIn, stepUp } from '../support/acts'
import { startApp } from '../support/app'
import { userIdOf } from '../support/rows-of'

test('the export has where a browser has been, addresses that wait, and what an admin plans', async ({
  expect,
}) => {
  const abroad = (deps: Deps) => ({ ...deps, caller: { ...deps.caller, country: 'NL' } })
  const app = startApp(abroad)
  const { account, accessToken: first } = await signedIn(app)
  const email = `second-${account.email}`
  await app.post('/api/users/notification-email/', { email }, { token: first })
  await env.DB.prepare(
    `INSERT INTO pending_acts (id, kind, user_id, requested_by, reason, created_at, due_at, state)
     VALUES (?1, 'remove_factors', ?1, 'usr_of_an_admin', 'Lost phone', 0, 1, 'waiting')`,
  )
    .bind(await userIdOf(account))
    .run()
  const { accessToken: token } = await stepUp(app, account, first)
  const { body, text } = await app.send('GET', '/api/users/me/export/', { token })
  expect(body).toMatchObject({
    devices: [{ countries: ['NL'] }],
    waiting_addresses: [{ purpose: 'notification_email', email }],
    pending_acts: [{ kind: 'remove_factors', reason: 'Lost phone', state: 'waiting' }],
  })
  expect(text).not.toContain('usr_of_an_admin')
})
