import { env } from 'cloudflare:workers'
import { recordEvent } from '../../src/audit/record'
import { sealEvents } from '../../src/audit/seal'
import { createDeps, type Deps } from '../../src/context'
import { broken } from '../support/attack'

export const DAY_MS = 86_400_000

/** The deps of a job, with a clock that the test moves. */
export function jobDeps(fault: (deps: Deps) => Deps = (deps) => deps) {
  let offsetMs = 0
  const deps = fault({
    ...createDeps(env, () => {}),
    now: () => new Date(Date.now() + offsetMs),
  })
  return { deps, advance: (ms: number) => void (offsetMs += ms) }
}

export { broken }

/** Writes events as the service does, in batches; of nobody unless a user is named. */
export async function writeEvents(deps: Deps, count: number, userId?: string): Promise<void> {
  for (let left = count; left > 0; left -= 500) {
    const [first, ...rest] = Array.from({ length: Math.min(left, 500) }, (_, at) =>
      recordEvent(deps, { event: 'authn_login_fail', userId: userId ?? null, data: { at } }),
    )
    if (first) await deps.db.batch([first, ...rest])
  }
}

/** Seals until nothing is left. */
export async function sealAll(deps: Deps): Promise<number> {
  let total = 0
  for (;;) {
    const { sealed = 0 } = await sealEvents(deps)
    total += sealed
    if (sealed === 0) return total
  }
}

export const sql = async <T = Record<string, unknown>>(query: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(query)
      .bind(...values)
      .all<T>()
  ).results

export const heads = () =>
  sql<{ size: number; at: number; jws: string }>('SELECT * FROM audit_heads ORDER BY size')

/** What somebody with the database in his hands can do: no trigger hinders him. */
export async function withoutTriggers(act: () => Promise<unknown>): Promise<void> {
  const triggers = await sql<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`,
  )
  for (const { name } of triggers) await env.DB.prepare(`DROP TRIGGER ${name}`).run()
  await act()
  for (const trigger of triggers) await env.DB.prepare(trigger.sql).run()
}
