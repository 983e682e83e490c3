import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { freshAddress, startApp } from '../support/app'
import { withTotp } from '../support/acts'
import { act, columnOf, insertUser, inviteUser, REASON, tokenFor } from '../support/admins'
import { changed, notMe } from '../support/addresses'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'
import { askReset, confirmReset, NEW_PASSWORD, resetTokenOf, tryLogin } from '../support/recovery'
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

  test('is searched by how an address begins', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const account = await startApp().hasAccount()
    const token = await tokenFor(app, admin)
    const search = async (email: string) => {
      const { body } = await app.send('GET', `/api/admin/users/?email=${email}`, { token })
      return (body as unknown as Page).users.map((user) => user['email'])
    }
    const prefix = account.email.slice(0, 15)
    expect(await search(prefix.toUpperCase())).toEqual([account.email])
    // A place of another list of addresses is none before this one's first.
    await insertUser(app, 'customer', `email_key = '#first@example.org'`)
    const early = Buffer.from(JSON.stringify({ emailKey: '!' })).toString('base64url')
    expect(await search(`${prefix}&before=${early}`)).toEqual([account.email])
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

  test(
    'reads no more accounts than it shows and one, however many rows there are',
    { timeout: 240_000 },
    async ({ expect }) => {
      const { meter, read } = startMeter()
      const app = startApp(meter)
      const admin = { id: await insertUser(app, 'admin') }
      const step = Math.min(ROWS, 100_000)
      for (let start = 0; start < ROWS; start += step) {
        await env.DB.prepare(
          `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)
           INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
           SELECT printf('usr_%07d', i), printf('m%07d@example.org', i),
             printf('m%07d@example.org', i), CASE WHEN i % 2 THEN 'merchant' ELSE 'customer' END,
             CASE WHEN i % 3 THEN 'active' ELSE 'disabled' END, 'x', i FROM n`,
        )
          .bind(start, step)
          .run()
      }
      const token = await tokenFor(app, admin)
      const list = async (query: string) => {
        const path = `/api/admin/users/?limit=20&${query}`
        const { status, body } = await app.send('GET', path, { token, ip: freshAddress() })
        expect([query, status]).toEqual([query, 200])
        return body as unknown as Page
      }
      await list('')
      read()
      // An address in the middle, and how it and many others begin.
      const middle = `m${String(ROWS / 2).padStart(7, '0')}`
      const queries = [
        '',
        'role=merchant',
        'status=disabled',
        `email=${middle.replace(/0+$/, '')}`,
        `email=${middle}@`,
      ]
      const orders = ['order=newest', 'order=oldest']
      for (const query of queries.flatMap((one) => orders.map((order) => `${one}&${order}`))) {
        const size = query.includes('@') ? 1 : 20
        const seen: unknown[] = []
        let before = ''
        for (let page = 0; page < 4; page++) {
          const { next, users } = await list(`${query}${before}`)
          expect(users.length).toBe(size)
          seen.push(...users.map(({ id }) => id))
          // The session, its user and the epoch are three.
          const { rowsRead } = read()
          expect([query, page, rowsRead]).toEqual([query, page, Math.min(rowsRead, 21 + 3)])
          if (next === null) break
          before = `&before=${next}`
        }
        expect(new Set(seen).size).toBe(seen.length)
      }
    },
  )
})

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
