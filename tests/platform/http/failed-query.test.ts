import { env } from 'cloudflare:workers'
import { drizzle } from 'drizzle-orm/d1'
import { describe, test } from 'vitest'
import { users } from '../../../src/platform/db/schema'
import { countFailed } from '../../../src/platform/jobs/count-failed'
import { openSession } from '../../support/accounts'
import { me, signedIn } from '../../support/acts'
import { startApp } from '../../support/app'
import { collectingLog } from '../../support/attack'

/** A database that refuses the statements that begin so, as D1 words it. */
function refusing(pattern: RegExp) {
  const fails = () => Promise.reject(new Error('D1_ERROR: overloaded'))
  return drizzle(
    new Proxy(env.DB, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        if (key !== 'prepare') return value.bind(target) as unknown
        return (query: string) => {
          const statement = target.prepare(query)
          if (!pattern.test(query)) return statement
          const bind = (...values: unknown[]) =>
            Object.assign(statement.bind(...values), { run: fails, all: fails, raw: fails })
          return Object.assign(target.prepare(query), { bind })
        }
      },
    }),
  )
}

// What a query is about may be personal or secret: a sealed mail, an address, a network.
describe('a query that fails leaves nothing of its parameters in the log', () => {
  test('where a store is reached: the sealed mail that the queue could not take', async ({
    expect,
  }) => {
    let body = ''
    const db = refusing(/^insert into "waiting_mails"/)
    const app = startApp((deps) => ({
      ...deps,
      db,
      mailQueue: {
        ...deps.mailQueue,
        send: (sealed: string) => {
          body = sealed
          return Promise.reject(new Error('queue is down'))
        },
      } as unknown as Queue<string>,
    }))
    const { accessToken: token } = await signedIn(app)
    const log = await collectingLog(async () => {
      const json = { username: `new${app.id}`.slice(0, 30) }
      const answer = await app.send('PUT', '/api/users/update/', { json, token })
      expect(answer.status).toBe(503)
    })
    expect(log).toContain('"reason":"database: D1_ERROR: overloaded"')
    expect(body.length).toBeGreaterThan(100)
    expect(log).not.toContain(body.slice(0, 40))
    expect(log).not.toMatch(/params/i)
  })

  test('where work goes on after the answer: the use of a session', async ({ expect }) => {
    const app = startApp((deps) => ({ ...deps, db: refusing(/^update "sessions"/) }))
    const { userId, sessionId } = await signedIn(app)
    const { sessionCookie: cookie } = await openSession(app.deps(), userId, { transport: 'cookie' })
    app.advance(61)
    const log = await collectingLog(async () => {
      expect((await me(app, { cookie })).status).toBe(200)
    })
    expect(log).toContain('"event":"background_failed"')
    expect(log).toContain('D1_ERROR: overloaded')
    expect(log).not.toMatch(new RegExp(`params|${userId}|${sessionId}`, 'i'))
  })

  test('where a job goes on: one of many that failed', async ({ expect }) => {
    const db = refusing(/^update "users"/)
    const log = await collectingLog(async () => {
      const change = (email: string) => db.update(users).set({ email })
      expect(await countFailed(['secret@example.com'], change)).toBe(1)
    })
    expect(log).toContain('sys_job_item_failed')
    expect(log).not.toMatch(/params|secret@/i)
  })
})
