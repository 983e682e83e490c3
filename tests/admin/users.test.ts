import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { freshAddress, startApp } from '../support/app'
import { withTotp } from '../support/acts'
import { freshToken, insertUser, inviteUser } from '../support/admins'
import { startMeter } from '../support/meter'
import { userIdOf } from '../support/rows-of'

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
    const token = await freshToken(app, admin)
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

  test('is searched by how an address begins', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const account = await app.hasAccount()
    const token = await freshToken(app, admin)
    const search = async (email: string) => {
      const { body } = await app.send('GET', `/api/admin/users/?email=${email}`, { token })
      return (body as unknown as Page).users.map((user) => user['email'])
    }
    const prefix = account.email.slice(0, 15)
    expect(await search(prefix.toUpperCase())).toEqual([account.email])
    // Neither a pattern nor a part in the middle.
    for (const nothing of ['%25', '_'.repeat(15), prefix.slice(1), `${prefix}'--`]) {
      expect(await search(nothing)).toEqual([])
    }
  })

  test('shows what the rules allow, and numbers of what is secret', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const user = await withTotp(app)
    const id = await userIdOf(user.account)
    const token = await freshToken(app, admin)
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

  test(
    'reads no more accounts than it shows and one, of a million',
    { timeout: 240_000 },
    async ({ expect }) => {
      const { meter, read } = startMeter()
      const app = startApp(meter)
      const admin = { id: await insertUser(app, 'admin') }
      for (let start = 0; start < 1_000_000; start += 100_000) {
        await env.DB.prepare(
          `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + 99999)
           INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
           SELECT printf('usr_%07d', i), printf('m%07d@example.org', i),
             printf('m%07d@example.org', i), CASE WHEN i % 2 THEN 'merchant' ELSE 'customer' END,
             CASE WHEN i % 3 THEN 'active' ELSE 'disabled' END, 'x', i FROM n`,
        )
          .bind(start)
          .run()
      }
      const token = await freshToken(app, admin)
      const list = async (query: string) => {
        const path = `/api/admin/users/?limit=20&${query}`
        const { status, body } = await app.send('GET', path, { token, ip: freshAddress() })
        expect([query, status]).toEqual([query, 200])
        return body as unknown as Page
      }
      await list('')
      read()
      const queries = ['', 'role=merchant', 'status=disabled', 'email=m05', 'email=m0500000@']
      const orders = ['order=newest', 'order=oldest']
      for (const query of queries.flatMap((one) => orders.map((order) => `${one}&${order}`))) {
        const { next, users } = await list(query)
        expect(users.length).toBe(query.includes('@') ? 1 : 20)
        const first = read()
        if (next !== null) await list(`${query}&before=${next}`)
        const second = read()
        // Of each account an entry of the index and the row itself; the session and its user are two.
        for (const { rowsRead } of [first, second]) {
          expect([query, rowsRead]).toEqual([query, Math.min(rowsRead, 2 * 21 + 2)])
        }
      }
    },
  )
})
