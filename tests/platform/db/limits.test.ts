import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, test } from 'vitest'
import { buildOnce } from '../../../src/platform/db/database'
import { D1_LIMITS } from '../../../src/platform/db/limits'
import { createDeps, type Deps } from '../../../src/platform/deps'
import { messageOf } from '../../../src/platform/error-text'
import { findSession } from '../../../src/sessions/find-session'
import { signedIn } from '../../support/acts'
import { startApp } from '../../support/app'

/** What production's D1 refuses and a local one answers: it must fail here first. */
describe('D1 of an invocation', () => {
  let db: Deps['db']
  beforeEach(() => {
    db = createDeps(env, () => {}).db
  })
  const one = sql`SELECT 1 AS one`
  const select = () => db.select({ one: sql`one` }).from(sql`(${one})`)
  const ask = (times: number) =>
    db.batch([select(), ...Array.from({ length: times - 1 }, () => select())])
  const refusal = (query: () => PromiseLike<unknown>) =>
    Promise.resolve(query()).then(() => 'answered', messageOf)

  test('answers a thousand queries and no more, and the next one begins anew', async ({
    expect,
  }) => {
    await ask(D1_LIMITS.queries - 2)
    await db.run(one)
    await select()
    expect(await refusal(() => db.all(one))).toMatch(/1000 \(queries\), this is 1001/)
    expect(await createDeps(env, () => {}).db.all(one)).toEqual([{ one: 1 }])
  })

  test('counts each statement of a batch, and begins none that goes beyond', async ({ expect }) => {
    await ask(D1_LIMITS.queries - 2)
    const write = () => db.run(sql`INSERT INTO bootstrap_uses VALUES (hex(randomblob(32)), 0)`)
    expect(await refusal(() => db.batch([write(), write(), write()]))).toMatch(/1001/)
    const uses = await env.DB.prepare('SELECT count(*) AS n FROM bootstrap_uses').first('n')
    expect(uses).toBe(0)
    // What was refused was not asked: a job that fails by it can still be noted.
    expect(await db.batch([write(), write()])).toHaveLength(2)
    expect(await refusal(write)).toMatch(/1001/)
  })

  test('counts a query that is built once for all invocations', async ({ expect }) => {
    const app = startApp()
    const { userId, sessionId } = await signedIn(app)
    const find = () => findSession({ db, now: app.now }, { userId, sessionId })
    await ask(D1_LIMITS.queries - 1)
    expect(await find()).toMatchObject({ id: sessionId })
    expect(await refusal(find)).toMatch(/1001/)
  })

  test('builds such a query once', async ({ expect }) => {
    let builds = 0
    const query = buildOnce((built) => {
      builds += 1
      return built
        .select({ one: sql`one` })
        .from(sql`(${one})`)
        .prepare()
    })
    for (const invocation of [db, db, createDeps(env, () => {}).db]) {
      expect(await query(invocation).get()).toEqual({ one: 1 })
    }
    expect(builds).toBe(1)
  })

  test('takes a hundred parameters', async ({ expect }) => {
    const sum = (count: number) => {
      const parameters = Array.from({ length: count }, (_, at) => sql`${at}`)
      return db.all(sql`SELECT ${sql.join(parameters, sql` + `)}`)
    }
    expect(await refusal(() => sum(D1_LIMITS.parameters))).toBe('answered')
    expect(await refusal(() => sum(D1_LIMITS.parameters + 1))).toMatch(/\(parameters\)/)
  })

  test('takes a statement of 100,000 bytes, not characters', async ({ expect }) => {
    const statement = (comment: string) => db.run(sql.raw(`SELECT 1 /*${comment}*/`))
    const room = D1_LIMITS.sql - 'SELECT 1 /**/'.length
    expect(await refusal(() => statement('x'.repeat(room)))).toBe('answered')
    expect(await refusal(() => statement('x'.repeat(room + 1)))).toMatch(/\(sql\)/)
    expect(await refusal(() => statement('é'.repeat(room / 2 + 1)))).toMatch(/\(sql\)/)
  })

  test('takes a value of two million bytes', async ({ expect }) => {
    const { value: most } = D1_LIMITS
    const value = (text: string) => db.all(sql`SELECT length(${text}) AS length`)
    expect(await value('x'.repeat(most))).toEqual([{ length: most }])
    expect(await refusal(() => value('x'.repeat(most + 1)))).toMatch(/\(value\)/)
    expect(await refusal(() => value('é'.repeat(most / 2 + 1)))).toMatch(/\(value\)/)
    const bytes = (count: number) => db.all(sql`SELECT length(${new Uint8Array(count)}) AS length`)
    expect(await bytes(most)).toEqual([{ length: most }])
    expect(await refusal(() => bytes(most + 1))).toMatch(/\(value\)/)
  })

  test('answers with fifty million bytes, of whatever kind of query', async ({ expect }) => {
    const kinds = (of: Deps['db']): Record<string, () => PromiseLike<unknown>> => ({
      all: () => of.all(one),
      run: () => of.run(one),
      byColumn: () => of.select({ one: sql`one` }).from(sql`(${one})`),
      batch: () => of.batch([of.select({ one: sql`one` }).from(sql`(${one})`)]),
    })
    const million = { string: 'x'.repeat(1_000_000), bytes: new ArrayBuffer(1_000_000) }
    for (const value of Object.values(million)) {
      for (const [rows, said] of [
        [50, /answered/],
        [51, /\(result\)/],
      ] as const) {
        const DB = answering(Array.from({ length: rows }, () => ({ one: value })))
        for (const [kind, query] of Object.entries(
          kinds(createDeps({ ...env, DB }, () => {}).db),
        )) {
          expect([kind, rows, await refusal(query)]).toEqual([
            kind,
            rows,
            expect.stringMatching(said),
          ])
        }
      }
    }
  })
})

/** A database that answers every query with these rows. */
function answering(results: readonly Record<string, unknown>[]): D1Database {
  const result = { results, success: true, meta: {} }
  const statement = {
    bind: () => statement,
    all: () => Promise.resolve(result),
    run: () => Promise.resolve(result),
    raw: () => Promise.resolve(results.map((row) => Object.values(row))),
  }
  const batch = (list: unknown[]) => Promise.resolve(list.map(() => result))
  return { prepare: () => statement, batch } as unknown as D1Database
}
