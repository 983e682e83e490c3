import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { changed, notMe } from '../../support/addresses'
import { act, columnOf, insertUser, REASON, tokenFor } from '../../support/admins'
import { startApp } from '../../support/app'
import {
  askReset,
  confirmReset,
  NEW_PASSWORD,
  resetTokenOf,
  tryLogin,
} from '../../support/recovery'
import { userIdOf } from '../../support/rows-of'

describe('an account that its owner has stopped', () => {
  test('is enabled to nobody’s use but the owner’s', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const owner = await changed(app)
    const id = await userIdOf({ email: owner.email })
    expect((await notMe(app, owner.changedToken)).body).toEqual({ status: 'frozen' })
    expect((await act(app, admin, `${id}/disable`)).status).toBe(204)
    expect((await act(app, admin, `${id}/enable`)).status).toBe(204)
    // Frozen as it was: the way out is a reset, by the address that was brought back.
    const login = () => tryLogin(app, owner.account, owner.account.password)
    expect((await login()).body.code).toBe('account_frozen')
    const reset = await resetTokenOf(app, owner.account)
    expect((await confirmReset(app, reset)).status).toBe(204)
    expect((await tryLogin(app, owner.account, NEW_PASSWORD)).status).toBe(200)
  })

  test('is not enabled where its mail goes to the intruder', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const owner = await changed(app)
    const id = await userIdOf({ email: owner.email })
    // By now the old address is another account's.
    const holder = await insertUser(app, 'customer')
    await env.DB.prepare('UPDATE users SET email = ?1, email_key = ?1 WHERE id = ?2')
      .bind(owner.account.email.toLowerCase(), holder)
      .run()
    expect((await notMe(app, owner.changedToken)).body).toEqual({ status: 'disabled' })
    const token = await tokenFor(app, admin)
    for (let count = 0; count < 2; count++) {
      const enabled = await app.send('POST', `/api/admin/users/${id}/enable/`, {
        json: { reason: REASON },
        token,
      })
      // Refused, it has cost nothing: the second answer is the same.
      expect([enabled.status, enabled.body.code]).toEqual([409, 'user_state'])
    }
    expect(await columnOf(id, 'status')).toBe('disabled')
    await askReset(app, owner.email)
    expect(await columnOf(id, 'email_verified_at')).toBeNull()
    const { results } = await env.DB.prepare(
      `SELECT 1 FROM mailed_tokens WHERE user_id = ? AND purpose = 'reset'`,
    )
      .bind(id)
      .run()
    expect(results).toEqual([])
  })
})
