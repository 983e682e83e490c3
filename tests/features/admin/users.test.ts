import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { withTotp } from '../../support/acts'
import { insertUser, inviteUser, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { userIdOf } from '../../support/rows-of'

type Page = { users: Record<string, unknown>[]; next: string | null }

describe('the list of accounts', () => {
  test('is read page by page in either order, each account once', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const ids: string[] = []
    // Two of each moment: the id decides between them.
    for (let index = 0; index < 5; index++) {
      ids.push(await insertUser(app, 'merchant', `created_at = ${index >> 1}`))
    }
    const token = await tokenFor(app, admin)
    const read = async (query: string) => {
      const seen: unknown[] = []
      let before = ''
      do {
        const path = `/api/admin/users/?role=merchant&limit=2&${query}${before}`
        const { body } = await app.send('GET', path, { token, ip: freshAddress() })
        const { users, next } = body as unknown as Page
        expect(users.length).toBeLessThanOrEqual(2)
        seen.push(...users.map(({ id }) => id))
        before = next === null ? '' : `&before=${next}`
      } while (before)
      return seen
    }
    const oldest = await read('order=oldest')
    expect(new Set(oldest)).toEqual(new Set(ids))
    expect(oldest).toHaveLength(5)
    expect(await read('order=newest')).toEqual(oldest.toReversed())
  })

  test('shows what the rules allow, and numbers of what is secret', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const user = await withTotp(app)
    const id = await userIdOf(user.account)
    const token = await tokenFor(app, admin)
    const answer = await app.send('GET', `/api/admin/users/${id}/`, { token })
    expect(answer.body).toMatchObject({
      id,
      email: user.account.email,
      role: 'customer',
      status: 'active',
      authenticators: 1,
      backup_codes_left: 10,
      sessions: 1,
      locked_until: null,
      stopped: [],
      invitation: null,
      waiting: [],
    })
    const stored = await env.DB.prepare(
      `SELECT password_hash, sealed_seed FROM users JOIN totp_authenticators ON user_id = users.id
       WHERE users.id = ?`,
    )
      .bind(id)
      .first<Record<string, string>>()
    for (const secret of [...Object.values(stored ?? {}), user.seed, ...user.backupCodes]) {
      expect(answer.text).not.toContain(secret)
    }
    expect(answer.text).not.toMatch(/hash|epoch|key"/)
    expect((await app.send('GET', '/api/admin/users/usr_none/', { token })).status).toBe(404)

    const invited = app.newAccount()
    const { body } = await inviteUser(app, admin, { email: invited.email, role: 'merchant' })
    const path = `/api/admin/users/${String(body['user_id'])}/`
    expect((await app.send('GET', path, { token })).body).toMatchObject({
      role: 'customer',
      status: 'pending',
      invitation: { role: 'merchant' },
    })
  })
})
