import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { nameWords } from '../../src/platform/text/name-words'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { listBy } from '../support/list-users'
import { testDeps } from '../support/test-deps'

const app = startApp()

const search = async (query: Record<string, string>) =>
  (await listBy(testDeps(), { limit: '100', ...query })).ids

/** An account as it would be after a change of its fields. */
async function insert(fields: { email: string; username?: string; name?: string; extra?: string }) {
  const { email, username, name, extra = `role = 'customer'` } = fields
  const id = await insertUser(app, 'customer', extra)
  await env.DB.batch([
    env.DB.prepare(
      `UPDATE users SET email = ?2, email_key = ?2, username = ?3, username_key = lower(?3),
         display_name = ?4 WHERE id = ?1`,
    ).bind(id, email, username ?? null, name ?? null),
    ...nameWords(name ?? '').map((word) =>
      env.DB.prepare('INSERT INTO user_words VALUES (?, ?)').bind(word, id),
    ),
  ])
  return id
}

describe('accounts are found', () => {
  test('by id, and by how username and address begin', async ({ expect }) => {
    const email = `kim+${app.id}@one.example`.toLowerCase()
    const id = await insert({ email, username: `Kim.${app.id}`.slice(0, 30) })
    expect(await search({ id })).toEqual([id])
    expect(await search({ id: id.slice(0, -1) })).toEqual([])
    expect(await search({ username: 'KIM.' })).toEqual([id])
    expect(await search({ username: 'im.' })).toEqual([])
    expect(await search({ email: email.slice(0, 8).toUpperCase() })).toEqual([id])
    expect(await search({ email })).toEqual([id])
    expect(await search({ email: `${email}x` })).toEqual([])
    // Neither a pattern nor a part in the middle.
    for (const nothing of ['%', '_im', 'im+', `kim'--`]) {
      expect(await search({ email: nothing })).toEqual([])
    }
  })

  test('by the domain, whole and in either spelling', async ({ expect }) => {
    const id = await insert({ email: `kay@xn--mnchen-3ya.example` })
    const below = await insert({ email: `kay@mail.xn--mnchen-3ya.example` })
    for (const domain of ['xn--mnchen-3ya.example', 'München.example', 'MÜNCHEN.EXAMPLE']) {
      expect(await search({ domain })).toEqual([id])
    }
    expect(await search({ domain: 'mail.münchen.example' })).toEqual([below])
    expect(await search({ domain: 'chen.example' })).toEqual([])
  })

  test('by the beginnings of words of the name, in any order, each account once', async ({
    expect,
  }) => {
    const ada = await insert({ email: 'n1@two.example', name: 'Ada Adelaide Lovelace' })
    const adam = await insert({ email: 'n2@two.example', name: 'Ádám Straße' })
    expect(await search({ name: 'ada' })).toEqual([ada, adam])
    expect(await search({ name: 'ad' })).toEqual([ada, adam])
    expect(await search({ name: 'LOVE ada' })).toEqual([ada])
    expect(await search({ name: 'ada strasse' })).toEqual([adam])
    expect(await search({ name: 'laide' })).toEqual([])
    expect(await search({ name: 'ada eve' })).toEqual([])
    // The name as it stands finds its account.
    expect(await search({ name: 'Ada Adelaide Lovelace' })).toEqual([ada])
  })

  test('whatever their words are, and only by their own', async ({ expect }) => {
    const names = ['李小龍', 'أحمد علي', 'Işık', '𐐷𐐲 z', 'ﷺ', 'zz']
    const ids: string[] = []
    for (const [at, name] of names.entries()) {
      ids.push(await insert({ email: `w${at}@three.example`, name }))
    }
    const found = await Promise.all(names.map((name) => search({ name, domain: 'three.example' })))
    expect(found).toEqual(ids.map((id) => [id]).with(3, [ids[3] ?? '']))
    expect(await search({ name: '李' })).toEqual([ids[0]])
    expect(await search({ name: 'z', domain: 'three.example' })).toEqual([ids[3], ids[5]])
  })

  test('by all combinations of filters as by each of them', async ({ expect }) => {
    const every: string[] = []
    for (let at = 0; at < 24; at++) {
      every.push(
        await insert({
          email: `${at % 2 ? 'even' : 'odd'}${at}@${at % 3 ? 'four' : 'five'}.example`,
          username: `${at % 4 ? 'combined' : 'other'}${at}`,
          name: at % 5 ? `Grace ${at} Hopper` : `Hop ${at}`,
          extra: `role = '${at % 6 ? 'customer' : 'merchant'}',
            status = '${at % 2 ? 'active' : 'disabled'}', created_at = ${at % 7}`,
        }),
      )
    }
    const filters = [
      ['id', every[1] ?? ''],
      ['username', 'comb'],
      ['email', 'even'],
      ['name', 'hop gra'],
      ['domain', 'four.example'],
      ['role', 'customer'],
      ['status', 'active'],
    ] as const
    const alone = new Map<string, string[]>()
    for (const [key, value] of filters) alone.set(key, await search({ [key]: value }))
    for (let bits = 1; bits < 1 << filters.length; bits++) {
      const chosen = filters.filter((_, at) => bits & (1 << at))
      const sets = chosen.map(([key]) => alone.get(key) ?? [])
      const expected = every.filter((id) => sets.every((set) => set.includes(id)))
      const found = await search(Object.fromEntries(chosen))
      const own = found.filter((id) => every.includes(id))
      expect([chosen, new Set(own)]).toEqual([chosen, new Set(expected)])
    }
  })
})
