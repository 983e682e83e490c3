import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { freshAddress, startApp } from '../support/app'
import { signedIn } from '../support/acts'
import { insertUser, tokenFor } from '../support/admins'
import { withoutLimits } from '../support/test-deps'

const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE user_words; --",
  "') UNION SELECT password_hash FROM users --",
  '%',
  '_',
  '*',
  'x\0',
  '\u202ex',
  '\u{10ffff}',
]

test('E-080, E-091: what a search is given is text, in every field', async ({ expect }) => {
  const app = startApp(withoutLimits)
  const token = await tokenFor(app, { id: await insertUser(app, 'admin') })
  const eve = await signedIn(app)
  const rename = { display_name: `Eve'); DELETE FROM sessions; --` }
  const own = { token: eve.accessToken, ip: freshAddress(), json: rename }
  expect((await app.send('PUT', '/api/users/update/', own)).status).toBe(200)
  for (const text of SQL) {
    for (const field of ['id', 'username', 'email', 'name', 'domain', 'before']) {
      const query = new URLSearchParams({ [field]: text, limit: '100' })
      const path = `/api/admin/users/?${query.toString()}`
      const { status, body } = await app.send('GET', path, { token, ip: freshAddress() })
      const found = (body['users'] as unknown[] | undefined) ?? []
      expect([field, text, [200, 400].includes(status), found]).toEqual([field, text, true, []])
    }
  }
  const { results } = await env.DB.prepare('SELECT word FROM user_words').run()
  expect(results.map(({ word }) => word)).toEqual(['delete', 'eve', 'from', 'sessions'])
})

test('a name that looks like another is found by its own letters alone', async ({ expect }) => {
  const app = startApp()
  const token = await tokenFor(app, { id: await insertUser(app, 'admin') })
  const eve = await signedIn(app)
  // Its first letter is Cyrillic.
  const json = { display_name: 'Аda' }
  await app.send('PUT', '/api/users/update/', { token: eve.accessToken, ip: freshAddress(), json })
  const search = async (name: string) => {
    const path = `/api/admin/users/?name=${encodeURIComponent(name)}`
    const { body } = await app.send('GET', path, { token })
    return (body['users'] as unknown[]).length
  }
  expect([await search('ada'), await search('аda')]).toEqual([0, 1])
})
