import { drizzle, type DrizzleD1Database } from 'drizzle-orm/d1'
import { withLimits } from './limits'

type Origin = Readonly<{ binding: D1Database; count: (queries: number) => void }>

const origins = new WeakMap<DrizzleD1Database, Origin>()

/** The query builder of a binding for one invocation, within the limits of D1 (limits.ts). */
export function databaseOf(binding: D1Database): DrizzleD1Database {
  const { client, count } = withLimits(binding)
  const db = drizzle(client)
  origins.set(db, { binding, count })
  return db
}

/**
 * A query that is built once for a binding and asked by all invocations, each of which counts it:
 * to build one costs a quarter of asking it. For queries of every request, which answer with one
 * row.
 */
export function buildOnce<Query>(build: (db: DrizzleD1Database) => Query) {
  const built = new WeakMap<object, Query>()
  return (db: DrizzleD1Database): Query => {
    const origin = origins.get(db)
    origin?.count(1)
    const key = origin?.binding ?? db
    const query = built.get(key) ?? build(origin ? drizzle(origin.binding) : db)
    built.set(key, query)
    return query
  }
}
