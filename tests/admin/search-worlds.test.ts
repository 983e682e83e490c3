import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { test } from 'vitest'
import { nameWords } from '../../src/platform/text/name-words'
import { listBy } from '../support/list-users'
import { testDeps } from '../support/test-deps'

const deps = testDeps()
const of = <T extends string>(...values: T[]) => fc.constantFrom(...values)

/** Accounts that differ in little, so that filters meet many of them and places are alike. */
const person = fc.record({
  local: of('a', 'ab', 'abc', 'b', 'A'),
  domain: of('x.example', 'y.example', 'xn--mnchen-3ya.example'),
  username: fc.option(of('ann', 'anna', 'bo')),
  name: fc.option(
    of('Ada', 'Ada Adam Adele', 'adam Łove', 'Éve Lovelace', 'Işık', '李 ada', 'a a'),
  ),
  role: of('admin', 'merchant', 'customer'),
  status: of('pending', 'active', 'disabled'),
  createdAt: fc.nat(3),
})
type Person = typeof person extends fc.Arbitrary<infer P> ? P : never

const filter = fc.record(
  {
    username: of('a', 'ann', 'ANNA', 'bo', 'c'),
    email: of('a', 'ab', 'abc1', 'b', 'c'),
    name: of('a', 'ad', 'ada', 'ada ad', 'love', 'lovel eve', 'isik', '李', 'ada z'),
    domain: of('x.example', 'Y.example', 'münchen.example', 'example.com'),
    role: of('admin', 'merchant', 'customer'),
    status: of('pending', 'active', 'disabled'),
    order: of('newest', 'oldest'),
  },
  { requiredKeys: [] },
)
type Filter = typeof filter extends fc.Arbitrary<infer F> ? F : never

const idOf = (at: number) => `usr_${String(at).padStart(22, '0')}`
const emailOf = ({ local, domain }: Person, at: number) => `${local.toLowerCase()}${at}@${domain}`
const usernameOf = ({ username }: Person, at: number) => username && `${username}${at}`

const insert = (one: Person, at: number) => [
  env.DB.prepare(
    `INSERT INTO users (id, email, email_key, username, username_key, display_name, role, status,
       password_hash, created_at) VALUES (?1, ?2, ?2, ?3, ?3, ?4, ?5, ?6, 'x', ?7)`,
  ).bind(
    idOf(at),
    emailOf(one, at),
    usernameOf(one, at),
    one.name,
    one.role,
    one.status,
    one.createdAt,
  ),
  ...nameWords(one.name ?? '').map((word) =>
    env.DB.prepare('INSERT INTO user_words VALUES (?, ?)').bind(word, idOf(at)),
  ),
]

const remove = (at: number) => [
  env.DB.prepare('DELETE FROM user_words WHERE user_id = ?').bind(idOf(at)),
  env.DB.prepare('DELETE FROM users WHERE id = ?').bind(idOf(at)),
]

/** What a filter means, said once more without an index. */
function meets(one: Person, at: number, wanted: Filter): boolean {
  const words = nameWords(one.name ?? '')
  const domain = wanted.domain?.toLowerCase().replace('münchen', 'xn--mnchen-3ya')
  return (
    (wanted.username === undefined ||
      (usernameOf(one, at)?.startsWith(wanted.username.toLowerCase()) ?? false)) &&
    (wanted.email === undefined || emailOf(one, at).startsWith(wanted.email)) &&
    (domain === undefined || one.domain === domain) &&
    (wanted.role === undefined || one.role === wanted.role) &&
    (wanted.status === undefined || one.status === wanted.status) &&
    nameWords(wanted.name ?? '').every((start) => words.some((word) => word.startsWith(start)))
  )
}

test('whatever the accounts, the pages of a search show each that meets it once, though others come and go', async ({
  expect,
}) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { maxLength: 14 }),
      fc.array(person, { maxLength: 3 }),
      fc.array(fc.nat(13), { maxLength: 3 }),
      filter,
      fc.integer({ min: 1, max: 4 }),
      async (people, newcomers, leavers, wanted, limit) => {
        await env.DB.batch([
          env.DB.prepare('DELETE FROM user_words'),
          env.DB.prepare('DELETE FROM users'),
          ...people.flatMap(insert),
        ])
        const gone = new Set<number>()
        const found: string[] = []
        let next: string | null | undefined
        let page = 0
        while (next !== null) {
          const asked = { ...wanted, limit: String(limit), ...(next && { before: next }) }
          const answer = await listBy(deps, asked)
          found.push(...answer.ids)
          next = answer.next
          const [newcomer, leaver] = [newcomers[page], leavers[page]]
          if (newcomer) await env.DB.batch(insert(newcomer, 20 + page))
          if (leaver !== undefined && leaver < people.length) {
            gone.add(leaver)
            await env.DB.batch(remove(leaver))
          }
          page += 1
        }
        expect(new Set(found).size).toBe(found.length)
        const expected = people.flatMap((one, at) => (meets(one, at, wanted) ? [at] : []))
        const stayed = expected.filter((at) => !gone.has(at)).map(idOf)
        const allowed = new Set(expected.map(idOf))
        for (const [at, one] of newcomers.entries()) {
          if (meets(one, 20 + at, wanted)) allowed.add(idOf(20 + at))
        }
        expect(stayed.filter((id) => !found.includes(id))).toEqual([])
        expect(found.filter((id) => !allowed.has(id))).toEqual([])
      },
    ),
    { numRuns: 150 },
  )
})
