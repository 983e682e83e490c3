import { env } from 'cloudflare:workers'
import { databaseOf } from '../../src/platform/db/database'
import type { Deps } from '../../src/platform/deps'

export type Reading = {
  d1RoundTrips: number
  /** Of a batch each one: so D1 counts its thousand of an invocation. */
  d1Statements: number
  rowsRead: number
  rowsWritten: number
  kvReads: number
  kvWrites: number
  objectCalls: number
  queueSends: number
}

type Text = Readonly<{ query: string; values: readonly unknown[] }>

/** A statement that was sent, and what D1 says of it. */
export type Sent = Text & Readonly<{ rowsRead: number; rowsWritten: number }>

/** What nothing costs. */
export const ZERO: Reading = {
  d1RoundTrips: 0,
  d1Statements: 0,
  rowsRead: 0,
  rowsWritten: 0,
  kvReads: 0,
  kvWrites: 0,
  objectCalls: 0,
  queueSends: 0,
}

/**
 * Counts what passes through the bindings, as D1's `meta` and the calls tell it. Nothing is changed
 * on the way: every call reaches the real store.
 */
export function startMeter() {
  let reading = { ...ZERO }
  const add = (part: Partial<Reading>) => {
    for (const key of Object.keys(part) as (keyof Reading)[]) reading[key] += part[key] ?? 0
  }
  let sent: Sent[] = []
  const note = (text: Text, { rows_read: rowsRead, rows_written: rowsWritten }: D1Meta) => {
    add({ rowsRead, rowsWritten })
    sent.push({ ...text, rowsRead, rowsWritten })
  }

  const statements = new WeakMap<object, { statement: D1PreparedStatement; text: Text }>()
  const wrapStatement = (statement: D1PreparedStatement, text: Text): D1PreparedStatement => {
    const { query } = text
    const wrapped = new Proxy(statement, {
      get(target, key: keyof D1PreparedStatement) {
        if (key === 'bind') {
          return (...values: unknown[]) => wrapStatement(target.bind(...values), { query, values })
        }
        if (key === 'all' || key === 'run') {
          return async () => {
            add({ d1RoundTrips: 1, d1Statements: 1 })
            const result = await target[key]()
            note(text, result.meta)
            return result
          }
        }
        if (key === 'raw') {
          // `raw` tells no meta. A query is asked twice and counted once; a change must not be,
          // whose rows have each name once.
          return async () => {
            add({ d1RoundTrips: 1, d1Statements: 1 })
            const { meta, results } = await target.all<Record<string, unknown>>()
            note(text, meta)
            const isQuery = /^select/i.test(query)
            return isQuery ? target.raw() : results.map((row) => Object.values(row))
          }
        }
        return Reflect.get(target, key) as unknown
      },
    })
    statements.set(wrapped, { statement, text })
    return wrapped
  }
  const db = new Proxy(env.DB, {
    get(target, key: keyof D1Database) {
      if (key === 'prepare') {
        return (query: string) => wrapStatement(target.prepare(query), { query, values: [] })
      }
      if (key === 'batch') {
        return async (list: D1PreparedStatement[]) => {
          add({ d1RoundTrips: 1, d1Statements: list.length })
          const known = list.flatMap((one) => statements.get(one) ?? [])
          if (known.length < list.length) throw new Error('a batch of statements of another')
          const results = await target.batch(known.map(({ statement }) => statement))
          known.forEach(({ text }, at) => {
            const meta = results[at]?.meta
            if (meta) note(text, meta)
          })
          return results
        }
      }
      return Reflect.get(target, key) as unknown
    },
  })

  const counting = <T extends object>(
    target: T,
    names: Partial<Record<keyof T, keyof Reading>>,
  ): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          const name = names[key as keyof T]
          if (name) add({ [name]: 1 })
          return Reflect.apply(value, object, args) as unknown
        }
      },
    })
  const countingObjects = <T extends Deps['accountGuards'] | Deps['ipLimiters']>(namespace: T): T =>
    new Proxy(namespace, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (key !== 'getByName' || typeof value !== 'function') return value
        return (name: string) => {
          // One stub, one call: an RPC session is billed once, whatever is called on what it
          // returns.
          add({ objectCalls: 1 })
          return Reflect.apply(value, target, [name]) as unknown
        }
      },
    })

  return {
    meter: (deps: Deps): Deps => ({
      ...deps,
      db: databaseOf(db),
      kv: counting(deps.kv, { get: 'kvReads', put: 'kvWrites', delete: 'kvWrites' }),
      mailQueue: counting(deps.mailQueue, { send: 'queueSends' }),
      accountGuards: countingObjects(deps.accountGuards),
      ipLimiters: countingObjects(deps.ipLimiters),
    }),
    /** What was counted since the last reading. */
    read: (): Reading => {
      const result = reading
      reading = { ...ZERO }
      sent = []
      return result
    },
    /** The statements that were sent since the last reading. */
    sent: (): readonly Sent[] => sent,
  }
}
