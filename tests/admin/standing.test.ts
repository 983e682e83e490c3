import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { describe, test } from 'vitest'
import { isStanding } from '../../src/identity/accounts/invitation'
import { forgetAdmins, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { testDeps } from '../support/test-deps'
import { setUserById } from './support'

type Admins = 'nobody' | 'once' | 'frozen' | 'alone' | 'alone, had one' | 'one more'

/** Who there is beside the admin by whom, or for whom, an invitation is. */
const arrange = async (admins: Admins) => {
  const app = startApp()
  await forgetAdmins()
  const a = { id: await insertUser(app, 'admin') }
  const b = { id: await insertUser(app, admins === 'one more' ? 'admin' : 'customer') }
  if (admins === 'alone, had one') {
    await setUserById(b, `role = 'admin'`)
    await setUserById(b, `role = 'customer'`)
  }
  if (admins === 'nobody') {
    await forgetAdmins()
  }
  if (admins === 'once') await setUserById(a, `role = 'customer'`)
  if (admins === 'frozen') await setUserById(a, 'frozen_at = 1')
  return { a: a.id, b: b.id }
}

const standing = async (link: object) => {
  const data = JSON.stringify({ byEpoch: 0, requestedByEpoch: 0, ...link })
  const [row] = await testDeps().db.all<{ is: number }>(sql`SELECT ${isStanding(data)} AS "is"`)
  return row?.is
}

describe('whether an invitation of an admin stands', () => {
  const table = [
    // Who there is:     the first admin's, one alone, two, the sole one's by secret and by its day
    ['nobody', 1, 0, 0, 0, 0],
    ['once', 1, 0, 0, 0, 0],
    ['frozen', 0, 0, 0, 0, 0],
    ['alone', 0, 1, 0, 1, 1],
    ['alone, had one', 0, 0, 0, 1, 1],
    ['one more', 0, 0, 1, 0, 0],
  ] as const

  test.for(table)('with admins: %s', async ([admins, ...expected], { expect }) => {
    const { a, b } = await arrange(admins)
    const role = 'admin'
    const found = [
      await standing({ role, by: 'bootstrap', requestedBy: null }),
      await standing({ role, by: a, requestedBy: null }),
      await standing({ role, by: b, requestedBy: a }),
      await standing({ role, by: 'bootstrap', requestedBy: a }),
      await standing({ role, by: 'system', requestedBy: a }),
    ]
    expect(found).toEqual(expected)
    // Of another role it outlives its sender, and of nobody known it is nobody's word.
    expect(await standing({ role: 'merchant', by: a, requestedBy: null })).toBe(1)
    expect(await standing({ role, by: 'usr_nobody', requestedBy: null })).toBe(0)
    expect(await standing({ role, by: 'system', requestedBy: null })).toBe(0)
    // Of an account that was secured anew since, or of none, it is an intruder's.
    for (const epoch of [1, null]) {
      const [byEpoch, requestedByEpoch] = [{ byEpoch: epoch }, { requestedByEpoch: epoch }]
      for (const [link, stood] of [
        [{ by: a, requestedBy: null, ...byEpoch }, 0],
        [{ by: b, requestedBy: a, ...byEpoch }, 0],
        [{ by: b, requestedBy: a, ...requestedByEpoch }, 0],
        [{ by: 'bootstrap', requestedBy: a, ...requestedByEpoch }, 0],
        [{ by: 'system', requestedBy: a, ...requestedByEpoch }, 0],
        [{ by: 'bootstrap', requestedBy: null, ...byEpoch }, expected[0]],
        [{ by: 'system', requestedBy: a, ...byEpoch }, expected[4]],
      ] as const) {
        expect([link, await standing({ role, ...link })]).toEqual([link, stood])
      }
    }
  })
})

test('admins are appointed by whatever statement gives the role, and stay so', async ({
  expect,
}) => {
  const app = startApp()
  await forgetAdmins()
  const appointed = async () =>
    (
      await env.DB.prepare('SELECT user_id FROM admin_appointments ORDER BY user_id').run<{
        user_id: string
      }>()
    ).results.map(({ user_id }) => user_id)
  const inserted = await insertUser(app, 'admin')
  const updated = await insertUser(app, 'customer')
  await setUserById({ id: updated }, `role = 'admin'`)
  await setUserById({ id: updated }, `role = 'admin', display_name = 'Ada'`)
  const upserted = await insertUser(app, 'customer')
  await env.DB.prepare(
    `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
     SELECT id, email, email_key, 'admin', status, password_hash, created_at FROM users
     WHERE id = ? ON CONFLICT (email_key) DO UPDATE SET role = 'admin'`,
  )
    .bind(upserted)
    .run()
  await insertUser(app, 'customer')
  await insertUser(app, 'merchant')
  const all = [inserted, updated, upserted].toSorted()
  expect(await appointed()).toEqual(all)
  await env.DB.prepare(`UPDATE users SET role = 'customer' WHERE role = 'admin'`).run()
  await env.DB.prepare('DELETE FROM users WHERE id = ?').bind(inserted).run()
  expect(await appointed()).toEqual(all)
})
