import { env } from 'cloudflare:workers'
import { beforeAll, describe, test } from 'vitest'
import { crons, runJobs } from '../../src/jobs/index'
import type { Deps } from '../../src/platform/deps'
import { keyOwner, madeKey } from '../api-keys/support'
import { sealAll } from '../audit/support'
import { signedIn } from '../support/acts'
import { hasAdmin, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { everyRoute } from '../support/guarded-routes'
import { isDeep } from '../support/many'
import { testDeps, withoutLimits } from '../support/test-deps'
import { arrangements, withNextKey } from './arrangements'
import {
  type Bound,
  BUSY,
  busyBounds,
  CALL,
  IDLE,
  idleBounds,
  REFUSED,
  REQUEST,
  requestBounds,
} from './bounds'
import { boundService, calls } from './calls'
import { FILLED_AT } from './columns'
import { excessOf, meter } from './cost'
import { fill, type Given, giveRows } from './fill'
import { hasWorld, mayMissRows, requestOf, type Route, waysOf } from './world'

const DAY_MS = 86_400_000
const LONG = { timeout: 240_000 }
const app = startApp((deps) => meter(withNextKey(withoutLimits(deps))))
const jobs = Object.values(crons).map(({ name }) => name)
let given: Given

beforeAll(async () => {
  const { id: admin } = await hasAdmin(app)
  given = { admin }
  // Statistics of a young database: by them every other route would read whole tables.
  await giveRows(await insertUser(app, 'customer'), given)
  await analyze()
  await runJobs(testDeps(), 'watch-jobs')
  await fill(app.deps, given)
}, LONG.timeout)

/** What is wrong with a route: it refuses what is sent here, or costs more than it may. */
async function walkRoute(route: Route, isHeavy: boolean): Promise<string[]> {
  const wrong = []
  for (const way of waysOf(route)) {
    const world = await hasWorld(app, given, route, isHeavy)
    wrong.push(...(await send(route, await requestOf(route, world, way))))
  }
  return wrong
}

async function send(
  route: Route,
  { path, queries, request }: Awaited<ReturnType<typeof requestOf>>,
): Promise<string[]> {
  const bound = { ...REQUEST, ...requestBounds[route.name] }
  const wrong: string[] = []
  const left = [...queries]
  for (let pages = 0, query = left.shift(); query; query = left.shift()) {
    const parameters = new URLSearchParams(query).toString()
    const url = `${path}${parameters && '?'}${parameters}`
    const excess = await excessOf(`${route.method} ${url}`, bound, async () => {
      const { status, text, body } = await app.send(route.method, url, request)
      if (status >= 400 && !REFUSED[route.name]) {
        wrong.push(
          `${route.method} ${url} answers ${text}: say in scale/requests.ts what it must be ` +
            `asked with, or in scale/bounds.ts why it refuses`,
        )
      }
      // Of a list without filters, the pages behind the first as well.
      const isPaged =
        typeof body['next'] === 'string' && (query === queries[0] || 'before' in query)
      if (isPaged && ++pages < PAGES) left.unshift({ before: String(body['next']) })
    })
    wrong.push(...excess)
  }
  return wrong
}

const analyze = () => env.DB.prepare('ANALYZE').run()

/** So deep that an OFFSET would cost more than a page may. */
const PAGES = 8

// Until the next run of watch-jobs, SQLite may have some.
const statistics = ['without statistics', ...(isDeep ? ['by statistics of this database'] : [])]

describe.each(statistics)('%s', (when) => {
  beforeAll(async () => {
    if (when !== 'without statistics') await analyze()
  })

  test.for([
    ['an account with all the rows that it can have', true],
    ['an account with few', false],
  ] as const)('every route reads few rows, asked by %s', LONG, async ([, isHeavy], { expect }) => {
    const routes = everyRoute.filter((route) => isHeavy || mayMissRows(route))
    const wrong: string[] = []
    for (const route of routes) wrong.push(...(await walkRoute(route, isHeavy)))
    expect(wrong.join('\n')).toBe('')
  })

  test('every job that has nothing to do reads hardly any', LONG, async ({ expect }) => {
    await sealAll(app.deps())
    const wrong: string[] = []
    for (const name of jobs) {
      // What is due at this hour of the week, and what requests have left.
      await walkJob(name, 0, BUSY)
      await walkJob(name, 0, BUSY)
      wrong.push(...(await walkJob(name, 0, { ...IDLE, ...idleBounds[name] })))
    }
    expect(wrong.join('\n')).toBe('')
  })
})

test('every call of another Worker reads few rows', async ({ expect }) => {
  const session = await signedIn(app)
  const { key } = await madeKey(app, await keyOwner(app))
  const asked = { token: session.accessToken, key, userId: session.userId }
  await giveRows(session.userId, given)
  const security = boundService((deps) => meter(withNextKey({ ...deps, now: app.now })))
  const wrong: string[] = []
  for (const [name, call] of Object.entries(calls)) {
    const excess = await excessOf(name, CALL, async () => {
      const answer = JSON.stringify(await call(security, asked))
      expect(`${name}: ${answer}`).not.toMatch(/: (null|false)$|"(active|valid)":false/)
    })
    wrong.push(...excess)
  }
  expect(wrong.join('\n')).toBe('')
})

test('every job that has most to do reads what it takes in a run', LONG, async ({ expect }) => {
  const wrong: string[] = []
  for (const name of jobs) {
    const { days = 40, arrange } = arrangements[name] ?? {}
    await arrange?.(given)
    wrong.push(...(await walkJob(name, days, { ...BUSY, ...busyBounds[name] })))
  }
  expect(wrong.join('\n')).toBe('')
})

/** What is wrong with a job, so many days later: it fails, or costs more than it may. */
async function walkJob(name: string, days: number, bound: Bound): Promise<string[]> {
  const at = new Date(FILLED_AT + days * DAY_MS)
  const { change = (deps: Deps) => deps } = arrangements[name] ?? {}
  const metered = meter(testDeps({ now: () => at }))
  const deps = withNextKey({ ...metered, mailQueue: QUEUE, accountGuards: GUARDS })
  const failures: string[] = []
  const excess = await excessOf(name, bound, () =>
    runJobs(change(deps), name).catch((error: unknown) =>
      failures.push(`${name}: ${String(error)}`),
    ),
  )
  return [...failures, ...excess]
}

/** Forgets at once: a real one for each account would cost more than all jobs. */
const GUARDS = { getByName: () => ({ erase: async () => {} }) } as unknown as Deps['accountGuards']
/** Takes every mail and opens none. */
const QUEUE = { send: async () => {}, sendBatch: async () => {} } as unknown as Deps['mailQueue']
