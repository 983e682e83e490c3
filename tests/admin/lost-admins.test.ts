import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { randomToken } from '../../src/platform/crypto/token'
import { withTotp } from '../support/acts'
import { acceptInvitation, columnOf, forgetAdmins, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { documented, requestOf, statementOf } from '../support/documented'
import { nextMail, tokenIn } from '../support/mailbox'
import { userIdOf } from '../support/rows-of'
import { noticesTo, schedule } from './support'

/** What docs/operations.md gives an operator. */
const statement = statementOf(documented('docs/operations.md', 'UPDATE users SET role'))
const bootstrap = requestOf(documented('docs/operations.md', 'curl $URL/api/admin/bootstrap/'))

test('where all admins are lost, the statement of the documents and a new secret make a first one anew', async ({
  expect,
}) => {
  const secret = randomToken()
  const app = startApp((deps) => ({
    ...deps,
    settings: { ...deps.settings, BOOTSTRAP_TOKEN: secret },
  }))
  await forgetAdmins()
  const { userId: lost } = await withTotp(app, 'admin')
  await insertUser(app, 'admin', `status = 'disabled', frozen_at = 1, email_verified_at = NULL`)
  const former = { id: await insertUser(app, 'admin', 'frozen_at = 1') }
  const token = await tokenFor(app, { id: lost })
  const list = () => app.send('GET', '/api/admin/users/', { token })
  expect((await list()).status).toBe(200)
  const account = app.newAccount()
  const start = () =>
    app.post(
      bootstrap.path,
      { ...bootstrap.json, token: secret, email: account.email },
      { ip: freshAddress() },
    )
  expect((await start()).status).toBe(404)

  await env.DB.exec(statement)
  expect((await list()).status).toBe(401)
  expect((await start()).status).toBe(202)
  const link = tokenIn(await nextMail(account.email))
  expect((await acceptInvitation(app, link, account)).status).toBe(200)
  const first = { id: await userIdOf(account) }
  expect(await columnOf(first.id, 'role')).toBe('admin')
  // The others are gone in this way, and yet they are asked.
  const { body } = await schedule(app, first)
  expect(body.status).toBe('scheduled')
  expect(await noticesTo(former)).toHaveLength(1)
})
