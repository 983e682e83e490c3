import { and, type SQL, sql } from 'drizzle-orm'
import { domainOf, type roles, type statuses } from '../platform/db/schema'

/** What accounts are searched for, in canonical form. Each field that is given must hold. */
export type UserFilter = Readonly<{
  id?: string | undefined
  /** How the username begins, and the address. */
  username?: string | undefined
  email?: string | undefined
  /** Each begins a word of the display name (platform/text/name-words.ts). */
  name?: readonly string[] | undefined
  domain?: string | undefined
  role?: (typeof roles)[number] | undefined
  status?: (typeof statuses)[number] | undefined
}>

/** Where a page begins: the order of its list, and a value for each column of that order. */
export type Place = readonly ['created', number, string] | Beginning
type Beginning = readonly ['username' | 'email', string] | readonly ['name', string, string]

/** What finds rows by its index: a value, or where those that begin with a text begin. */
type Driver = Readonly<{ equal?: UserFilter; first?: Beginning; rest: UserFilter }>

/** How a list is read: one filter finds rows by its index, the rest is asked of those rows. */
export type AccessPath = Readonly<{
  /** `table WHERE … ORDER BY …`: from the place on. */
  found: SQL
  order: SQL
  /** The `Place` of a row, as JSON. */
  place: SQL<string>
  rest: SQL | undefined
}>

const orders = {
  created: ['created_at', 'id'],
  username: ['username_key'],
  email: ['email_key'],
  name: ['word', 'user_id'],
} as const

/** No text that is searched has this sign, which is the last of all. */
const END = '\u{10ffff}'

/** The filter that leaves the fewest rows to look at, as far as one can know beforehand. */
function driverOf(filter: UserFilter): Driver {
  const { id, username, email, domain, role, status } = filter
  if (id !== undefined) return { equal: { id }, rest: { ...filter, id: undefined } }
  if (username !== undefined) {
    return { first: ['username', username], rest: { ...filter, username: undefined } }
  }
  if (email !== undefined) return { first: ['email', email], rest: { ...filter, email: undefined } }
  if (filter.name) {
    const [longest = '', ...name] = filter.name.toSorted((a, b) => b.length - a.length)
    return { first: ['name', longest, ''], rest: { ...filter, name } }
  }
  if (domain !== undefined) return { equal: { domain }, rest: { ...filter, domain: undefined } }
  const isStatusRare = status === 'pending' || status === 'disabled'
  return role === 'admin' || (role && !isStatusRare)
    ? { equal: { role }, rest: { ...filter, role: undefined } }
    : { equal: { status }, rest: { ...filter, status: undefined } }
}

/** Whether a place is one of the list that a filter asks for. */
export function isPlaceOf(filter: UserFilter, [by, value]: Place): boolean {
  const { first } = driverOf(filter)
  return first ? by === first[0] && String(value).startsWith(first[1]) : by === 'created'
}

export function accessPath(
  filter: UserFilter,
  { newestFirst, from }: { newestFirst: boolean; from: Place | undefined },
): AccessPath {
  const { equal = {}, first, rest } = driverOf(filter)
  const by = first?.[0] ?? 'created'
  const isDown = by === 'created' && newestFirst
  const columns = orders[by].map((name) => sql.raw(name))
  const order = commas(columns.map((column) => (isDown ? sql`${column} DESC` : column)))
  // One lower end: of two, the index would be read from the first, through all pages before.
  const [, ...start] = (from ?? first ?? []).map((value) => sql`${value}`)
  const compare = sql.raw(isDown ? '<=' : '>=')
  const where = and(
    conditionOf(equal),
    // Row values compare as one, which the index can seek by.
    start.length > 0 ? sql`(${commas(columns)}) ${compare} (${commas(start)})` : undefined,
    first && sql`${columns[0]} < ${first[1] + END}`,
  )
  // Each word has its account: a left join reads words first, and accounts where asked for.
  const source = sql.raw(by === 'name' ? 'user_words LEFT JOIN users ON id = user_id' : 'users')
  return {
    found: sql`${source} WHERE ${where ?? sql`true`} ORDER BY ${order}`,
    order,
    place: sql<string>`json_array(${by}, ${commas(columns)})`,
    rest: and(conditionOf(rest), first?.[0] === 'name' ? isFirstWord(first[1]) : undefined),
  }
}

/** A filter as a condition on accounts. */
const conditionOf = ({ id, username, email, name = [], domain, role, status }: UserFilter) =>
  and(
    id === undefined ? undefined : sql`id = ${id}`,
    username === undefined ? undefined : beginsWith(sql`username_key`, username),
    email === undefined ? undefined : beginsWith(sql`email_key`, email),
    ...name.map(
      (word) => sql`EXISTS (SELECT 1 FROM user_words AS other
        WHERE other.user_id = id AND ${beginsWith(sql`other.word`, word)})`,
    ),
    domain === undefined ? undefined : sql`${domainOf} = ${domain}`,
    role && sql`role = ${role}`,
    status && sql`status = ${status}`,
  )

/** A range, where `LIKE` would read the table. */
const beginsWith = (column: SQL, text: string) =>
  sql`${column} >= ${text} AND ${column} < ${text + END}`

/** Of the words of a person that begin alike, the first finds the account. */
const isFirstWord = (prefix: string) => sql`NOT EXISTS (SELECT 1 FROM user_words AS earlier
  WHERE earlier.user_id = id AND earlier.word >= ${prefix} AND earlier.word < candidate.word)`

const commas = (parts: SQL[]) => sql.join(parts, sql`, `)
