import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { beforeAll, test } from 'vitest'
import { listBy } from '../../support/list-users'
import { isDeep } from '../../support/many'
import { startMeter } from '../../support/meter'
import { testDeps } from '../../support/test-deps'

const ROWS = isDeep ? 1_000_000 : 100_000
const STEP = 100_000
const WINDOW = 2000

/** Inserts accounts, each with a word of its own and two that begin alike. */
async function insertUsers(start: number, count: number, domain: string) {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT ${start}
    UNION ALL SELECT i + 1 FROM n WHERE i < ${start + count - 1})`
  await env.DB.batch([
    env.DB.prepare(
      `${numbers} INSERT INTO users (id, email, email_key, username_key, role, status,
         password_hash, created_at)
       SELECT printf('usr_%07d', i), printf('m%07d', i), printf('m%07d@%s', i, ${domain}),
         printf('u%07d', i), CASE WHEN i % 2 THEN 'merchant' ELSE 'customer' END,
         CASE WHEN i % 3 THEN 'active' ELSE 'disabled' END, 'x', i >> 1 FROM n`,
    ),
    ...[`'lovelace'`, `'lovely'`, `printf('n%07d', i)`].map((word) =>
      env.DB.prepare(
        `${numbers} INSERT INTO user_words SELECT ${word}, printf('usr_%07d', i) FROM n`,
      ),
    ),
  ])
}

beforeAll(async () => {
  for (let start = 0; start < ROWS; start += STEP) {
    await insertUsers(start, STEP, `printf('d%d.example', i % 40)`)
  }
}, 240_000)

type Query = Readonly<Record<string, string>>

/** Every page, at most so many, with the rows that each has read. */
async function walk(query: Query, pages = Infinity) {
  const { meter, read } = startMeter()
  const deps = meter(testDeps())
  const ids: string[] = []
  const rowsRead: number[] = []
  let next: string | null | undefined
  while (next !== null && rowsRead.length < pages) {
    const page = await listBy(deps, { ...query, ...(next && { before: next }) })
    ids.push(...page.ids)
    rowsRead.push(read().rowsRead)
    next = page.next
  }
  return { ids, rowsRead, isWhole: next === null }
}

/** Filters that many accounts meet, but for the id, and that the account of that id meets all. */
const filters: Query = {
  id: 'usr_0050001',
  username: 'u00',
  email: 'm005',
  name: 'love n005',
  domain: 'd1.example',
  role: 'merchant',
  status: 'active',
}
const names = Object.keys(filters)
const subsets = Array.from({ length: 1 << names.length }, (_, bits) =>
  Object.fromEntries(Object.entries(filters).filter(([name]) => bits & (1 << names.indexOf(name)))),
)

test('a page by one filter, or none, reads the accounts that it shows and one', async ({
  expect,
}) => {
  for (const order of ['newest', 'oldest']) {
    for (const query of subsets.filter((given) => Object.keys(given).length < 2)) {
      const given = { ...query, ...('name' in query && { name: 'love' }) }
      const { ids, rowsRead } = await walk({ ...given, order, limit: '20' }, 4)
      expect([given, new Set(ids).size]).toEqual([given, 'id' in given ? 1 : 80])
      // The word, whether one before it begins alike, and the account; and where the window ends.
      const most = 'name' in given ? 3 * 21 + WINDOW + 1 : 21
      expect([given, Math.max(...rowsRead)]).toEqual([given, 'id' in given ? 1 : most])
    }
  }
})

test('a page by any combination of filters looks at one window of accounts', async ({ expect }) => {
  for (const query of subsets) {
    const { rowsRead } = await walk({ ...query, limit: '20' }, 2)
    // The account and where the window ends; of a name also its words, each time.
    const each = 'name' in query ? 5 : 2
    expect([query, Math.max(...rowsRead) <= each * (WINDOW + 1)]).toEqual([query, true])
  }
})

test('no pair of filters reads a table', async ({ expect }) => {
  const queries = new Set<string>()
  const db = new Proxy(env.DB, {
    get(target, key: keyof D1Database) {
      if (key === 'batch') return target.batch.bind(target)
      return (query: string) => {
        queries.add(query)
        return target.prepare(query)
      }
    },
  })
  const pairs = subsets.filter((given) => [1, 2].includes(Object.keys(given).length))
  for (const query of pairs) {
    for (const order of ['newest', 'oldest']) {
      const { next } = await listBy({ db: drizzle(db) }, { ...query, order })
      if (next) await listBy({ db: drizzle(db) }, { ...query, order, before: next })
    }
  }
  expect(queries.size).toBeGreaterThan(50)
  for (const query of queries) {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
      .bind(...Array.from(query.matchAll(/\?/g), () => null))
      .run<{ detail: string }>()
    const steps = results.map(({ detail }) => detail)
    const slow = steps.filter((step) => /SCAN user|TEMP B-TREE/.test(step))
    expect([query, slow]).toEqual([query, []])
  }
})

test('page after page finds each account once, over windows that hold few or none', async ({
  expect,
}) => {
  const walked = [
    [{ email: 'm005', domain: 'd1.example' }, `email_key LIKE 'm005%@d1.example'`],
    [
      { username: 'u005', email: 'm0059', status: 'disabled' },
      `email_key LIKE 'm0059%' AND status = 'disabled'`,
    ],
    [{ name: 'n005 love', domain: 'd3.example' }, `email_key LIKE 'm005%@d3.example'`],
    [
      { domain: 'd1.example', role: 'merchant', status: 'disabled' },
      `email_key LIKE '%@d1.example' AND role = 'merchant' AND status = 'disabled'`,
    ],
  ] as const
  for (const [query, condition] of walked) {
    const { results } = await env.DB.prepare(`SELECT id FROM users WHERE ${condition}`).run<{
      id: string
    }>()
    const { ids, rowsRead } = await walk({ ...query, limit: '100' })
    expect(rowsRead.length).toBeGreaterThan(1)
    expect(ids).toHaveLength(results.length)
    expect(new Set(ids)).toEqual(new Set(results.map(({ id }) => id)))
  }
})

test('a window is 2,000 accounts: the next one begins with the 2,001st', async ({ expect }) => {
  const query = { domain: 'edge.example', role: 'admin', status: 'pending' }
  await insertUsers(ROWS, WINDOW, `'edge.example'`)
  expect(await walk(query)).toMatchObject({ ids: [], rowsRead: { length: 1 }, isWhole: true })
  await insertUsers(ROWS + WINDOW, 1, `'edge.example'`)
  expect(await walk(query)).toMatchObject({ ids: [], rowsRead: { length: 2 }, isWhole: true })
})

test('a page by a name looks at one window of words, of people whose words all begin alike', async ({
  expect,
}) => {
  const words = 3 * WINDOW
  await insertUsers(ROWS + WINDOW + 1, words, `'alike.example'`)
  await env.DB.batch(
    Array.from({ length: 8 }, (_, at) =>
      env.DB.prepare(`INSERT INTO user_words SELECT ?1 || id, id FROM users
        WHERE substr(email_key, instr(email_key, '@') + 1) = 'alike.example'`).bind(`zz${at}`),
    ),
  )
  for (const name of ['zz', 'zz zz0', 'zz4u', 'zz z1']) {
    const { ids, rowsRead, isWhole } = await walk({ name, limit: '100' })
    expect([name, isWhole, ids.length]).toEqual([name, true, name === 'zz z1' ? 0 : words])
    expect([name, new Set(ids).size]).toEqual([name, ids.length])
    expect([name, Math.max(...rowsRead) <= 5 * (WINDOW + 1)]).toEqual([name, true])
  }
})
