import { env } from 'cloudflare:workers'
import { beforeAll, describe, test } from 'vitest'
import { cursorOf, userQuery } from '../../../src/features/admin/user-query'
import { insertUser, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'

type Page = { users: { id: string }[]; next: string | null }

const app = startApp()
let token: string
beforeAll(async () => {
  token = await tokenFor(app, { id: await insertUser(app, 'admin') })
})

const ask = (query: Record<string, string>) =>
  app.send('GET', `/api/admin/users/?${new URLSearchParams(query).toString()}`, {
    token,
    ip: freshAddress(),
  })

describe('a search is refused', () => {
  test('with the name of the field that cannot be', async ({ expect }) => {
    const wrong = {
      id: ['', 'usr x', 'x'.repeat(65), "'", '\0'],
      username: ['', '1x', 'a'.repeat(31), 'a%', 'a\0', 'ä'],
      email: ['', 'ä', 'a b', 'a\0', 'a'.repeat(255)],
      name: ['', ' ', '%', '🎉', '\0', '\u202e', 'a'.repeat(201), 'x'.repeat(10_000)],
      domain: ['', 'x', '@a.example', 'a..example', 'a.example.', '1.2.3.4', 'a\0.example', '%'],
      role: ['root'],
      status: ['gone'],
    }
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const { error } = userQuery.safeParse({ [field]: value })
        expect([field, value, error?.issues]).toMatchObject([field, value, [{ path: [field] }]])
      }
      const { status, body } = await ask({ [field]: values[0] ?? '' })
      expect([field, status, body['errors']]).toMatchObject([
        field,
        400,
        [{ pointer: `#/${field}` }],
      ])
    }
  })

  test('but not at the limit of a field', async ({ expect }) => {
    const longest = `${'a'.repeat(62)}.`.repeat(4).slice(0, 244) + '.example'
    expect(longest).toHaveLength(252)
    const right = {
      id: 'x'.repeat(64),
      username: 'a'.repeat(30),
      email: 'a'.repeat(254),
      name: 'a'.repeat(200),
      domain: longest,
    }
    for (const [field, value] of Object.entries(right)) {
      const { status, body } = await ask({ [field]: value })
      expect([field, status, body]).toEqual([field, 200, { users: [], next: null }])
    }
    expect((await ask({ domain: `a${longest}` })).status).toBe(400)
  })

  test('with a place of another list, and goes on with its own', async ({ expect }) => {
    const lists = [
      { role: 'customer' },
      { username: 'next' },
      { email: 'next' },
      { name: 'next' },
    ] as const
    for (let at = 0; at < 3; at++) {
      const id = await insertUser(
        app,
        'customer',
        `email_key = 'next${at}@x', username_key = 'next${at}'`,
      )
      await env.DB.prepare(`INSERT INTO user_words VALUES ('next', ?)`).bind(id).run()
    }
    const places = await Promise.all(
      lists.map(async (query) => {
        const { body } = await ask({ ...query, limit: '1' })
        return String((body as unknown as Page).next)
      }),
    )
    for (const [list, query] of lists.entries()) {
      for (const [from, before] of places.entries()) {
        const { status, body } = await ask({ ...query, before, limit: '1' })
        expect([list, from, status]).toEqual([list, from, list === from ? 200 : 400])
        if (status === 400) {
          expect(body['errors']).toEqual([{ pointer: '#/before', detail: 'is of another list' }])
        }
      }
    }
    // A cursor is a place, not a key: what it says is in the list anyway.
    const forged = Buffer.from(JSON.stringify(['name', 'next\u{10ffff}', ''])).toString('base64url')
    expect((await ask({ name: 'next', before: forged })).body['users']).toEqual([])
  })
})

test('a place before the beginning that is searched for is of another list', ({ expect }) => {
  for (const [query, place] of [
    [{ name: 'love' }, ['name', 'ada', 'usr_a']],
    [{ name: 'ada lovelace' }, ['name', 'ada', 'usr_a']],
    [{ email: 'm005' }, ['email', 'm004@x.example']],
    [{ username: 'u2' }, ['username', 'u1']],
  ] as const) {
    const before = cursorOf(JSON.stringify(place)) ?? ''
    const { error } = userQuery.safeParse({ ...query, before })
    expect([query, error?.issues.map(({ path }) => path)]).toEqual([query, [['before']]])
  }
  const own = cursorOf(JSON.stringify(['name', 'lovelace', 'usr_a'])) ?? ''
  expect(userQuery.safeParse({ name: 'ada love', before: own }).success).toBe(true)
})
