import worker from '../../src/index'

export * from '../../src/index'

// The service with a counter of D1 round trips in front of its database. Only for counting: what is
// timed is the bundle that would be deployed.

let roundTrips = 0

const statements = new WeakMap<object, D1PreparedStatement>()

function counted(statement: D1PreparedStatement): D1PreparedStatement {
  const proxy = new Proxy(statement, {
    get(target, key: keyof D1PreparedStatement) {
      if (key === 'bind') return (...values: unknown[]) => counted(target.bind(...values))
      roundTrips += 1
      return target[key].bind(target)
    },
  })
  statements.set(proxy, statement)
  return proxy
}

const database = (db: D1Database): D1Database =>
  new Proxy(db, {
    get(target, key: keyof D1Database) {
      if (key === 'prepare') return (query: string) => counted(target.prepare(query))
      roundTrips += 1
      if (key !== 'batch') throw new Error(`${key} is not counted`)
      return (list: D1PreparedStatement[]) =>
        target.batch(list.map((statement) => statements.get(statement) ?? statement))
    },
  })

let metered: Env | undefined

export default {
  fetch(request, env, ctx) {
    if (new URL(request.url).pathname === '/d1-round-trips') {
      const count = roundTrips
      roundTrips = 0
      return Response.json(count)
    }
    metered ??= { ...env, DB: database(env.DB) }
    return worker.fetch(request, metered, ctx)
  },
} satisfies ExportedHandler<Env>
