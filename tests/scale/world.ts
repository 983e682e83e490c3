import { jsonSchema } from '../../src/http/openapi-answers'
import { exampleOf } from '../../src/pages/examples'
import type { Role } from '../../src/platform/db/schema'
import { openSession } from '../support/accounts'
import type { App } from '../support/acts'
import { insertUser, REASON } from '../support/admins'
import { type Account, freshAddress, type SendOptions } from '../support/app'
import type { everyRoute } from '../support/guarded-routes'
import { userIdOf } from '../support/rows-of'
import { type Given, giveRows, MANY_EVENTS } from './fill'
import { queriesOf, type Query } from './queries'
import { requests } from './requests'

export type Route = (typeof everyRoute)[number]

/** Who asks, and of whom: each with as many rows of its own as it can have, or with hardly any. */
export type World = Readonly<{
  app: App
  given: Given
  account: Account
  userId: string
  sessionId: string
  token: string
  facet: Route['facet']
  /** Another account of a role, its rows beside it. */
  other: (role?: Role) => Promise<string>
  /** Gives an account the rows that all have here. */
  adopt: (userId: string) => Promise<void>
  /** Another session of an account. */
  session: (userId: string) => ReturnType<typeof openSession>
}>

/** What a route cannot be asked without, and nothing here knows. */
export type Prepared = Partial<SendOptions> &
  Readonly<{
    /** Values of the path. */
    params?: Readonly<Record<string, string>>
    queries?: readonly Query[]
  }>

/** What a way of asking does before. */
export type Way = (world: World) => Promise<Prepared>

export const hasWorld = async (
  app: App,
  given: Given,
  { name, facet, method }: Route,
  isHeavy: boolean,
): Promise<World> => {
  const isRead = method === 'GET' && !requests[name]
  const adopt = async (id: string) => {
    if (isHeavy) await giveRows(id, given, isRead ? MANY_EVENTS : undefined)
  }
  const other = (role: Role = 'customer') =>
    keptIf(isRead, `other ${role} ${isHeavy}`, async () => {
      const id = await insertUser(app, role)
      await adopt(id)
      return id
    })
  const session = (id: string) => openSession(app.deps(), id, { secondFactor: 'totp' })
  const role = roleOf(facet.permission)
  const { account, id } = await keptIf(isRead, `${role} ${isHeavy}`, async () => {
    const made = await app.hasAccount({ role })
    const madeId = await userIdOf(made)
    if (role !== 'admin') await adopt(madeId)
    return { account: made, id: madeId }
  })
  const userId = role === 'admin' ? given.admin : id
  const { sessionId, accessToken: token } = await session(userId)
  return { app, given, facet, account, userId, sessionId, token, other, adopt, session }
}

const kept = new Map<string, Promise<unknown>>()

/** One for all routes that only read, with nothing done before: it costs more than they. */
function keptIf<T>(isRead: boolean, name: string, make: () => Promise<T>): Promise<T> {
  if (!isRead) return make()
  const made = (kept.get(name) as Promise<T> | undefined) ?? make()
  kept.set(name, made)
  return made
}

/**
 * Whether it may cost more that an account has few rows: of what is read, where there are none to
 * fill a page; not of lists that all share.
 */
export const mayMissRows = ({ name, method, facet }: Route): boolean =>
  method === 'GET' && (roleOf(facet.permission) !== 'admin' || name.includes('/:'))

function roleOf(permission: Route['facet']['permission']): Role {
  if (permission === undefined || permission === 'own_account') return 'customer'
  return permission === 'api_keys' || permission === 'merchant_profile' ? 'merchant' : 'admin'
}

/** How a route is asked: as its facets tell, or in each way that `requests` has. */
export const waysOf = ({ name }: Route): readonly Way[] => [requests[name] ?? asFacetsTell].flat()

const asFacetsTell: Way = () => Promise.resolve({})

/** A request of a route, and the parameters of its URL that it is to be sent with in turn. */
export async function requestOf({ name, method, facet }: Route, world: World, way: Way) {
  const prepared = await way(world)
  const { params = {}, queries = queriesOf(facet.query), ...options } = prepared
  const path = await pathOf(name.replace(`${method} `, ''), { ...world, params })
  const { body } = facet
  const example = body && exampleOf(jsonSchema(body, 'input'))
  const request: SendOptions = {
    ip: freshAddress(),
    ...(facet.permission && { token: world.token }),
    ...(example !== undefined && { json: { ...(example as object), ...fieldsOf(world, example) } }),
    ...options,
  }
  return { path, queries, request }
}

/** Fields that mean the account that asks, in place of those of the example. */
function fieldsOf({ app, account }: World, example: unknown): Record<string, unknown> {
  const known = {
    email: app.newAccount().email,
    password: account.password,
    reason: REASON,
    role: 'merchant',
  }
  const entries = Object.entries(known).filter(([name]) => Object.hasOwn(Object(example), name))
  return Object.fromEntries(entries)
}

const PARAMETER = /:(\w+)(?:\{(\w+_)?[^{}]*(?:\{22\})?\})?/g

/** The path with ids that exist: of a parameter `:id{usr_…}` an account, and so on. */
async function pathOf(
  path: string,
  world: World & { params: Readonly<Record<string, string>> },
): Promise<string> {
  let result = path
  for (const [text, name = '', prefix = ''] of path.matchAll(PARAMETER)) {
    const kind = prefix || (path.includes(`/users/${text}`) ? 'usr_' : name)
    const known = world.params[name] ?? (await ids[kind]?.(world))
    result = result.replace(text, known ?? `no-${kind}`)
  }
  return /^\/api\/[^.]+$/.test(result) ? `${result}/` : result
}

const ids: Readonly<Record<string, (world: World) => Promise<string>>> = {
  usr_: ({ other }) => other(),
  ses_: async ({ session, userId }) => (await session(userId)).sessionId,
}
