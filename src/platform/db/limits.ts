/**
 * What D1 allows, of which the local one enforces a part
 * (developers.cloudflare.com/d1/platform/limits, Workers Paid; sizes in bytes).
 */
export const D1_LIMITS = {
  /** For each invocation of the Worker. Of a batch each statement counts. */
  queries: 1_000,
  parameters: 100,
  sql: 100_000,
  value: 2_000_000,
  result: 50_000_000,
} as const

type Client = Pick<D1Database, 'prepare' | 'batch'>
type Row = Readonly<Record<string, unknown>> | readonly unknown[]

const STATEMENT = Symbol('the statement of the binding')
type Limited = Pick<D1PreparedStatement, 'bind' | 'all' | 'run'> & {
  raw: () => Promise<unknown[][]>
  [STATEMENT]: D1PreparedStatement
}

/**
 * A database for one invocation, which refuses what D1 refuses in production, with a RangeError
 * before anything is asked (of a result, after): so a job that asks too much fails in a test, and
 * no batch is begun that cannot end. What was refused is not counted. `count` notes queries that
 * are asked past it.
 */
export function withLimits(binding: D1Database) {
  let queries = 0
  const count = (more: number) => {
    requireAtMost('queries', queries + more)
    queries += more
  }
  const limited = (statement: D1PreparedStatement): Limited => ({
    [STATEMENT]: statement,
    bind(...values) {
      requireAtMost('parameters', values.length)
      for (const value of values) requireAtMost('value', sizeOf(value))
      return limited(statement.bind(...values)) as unknown as D1PreparedStatement
    },
    async all<T>() {
      count(1)
      return checked(await statement.all<T>())
    },
    async run<T>() {
      count(1)
      return checked(await statement.run<T>())
    },
    async raw() {
      count(1)
      const rows = await statement.raw()
      requireAtMost('result', sizeOfRows(rows))
      return rows
    },
  })
  const client: Client = {
    prepare(sql) {
      requireAtMost('sql', sizeOf(sql))
      return limited(binding.prepare(sql)) as unknown as D1PreparedStatement
    },
    async batch<T>(statements: D1PreparedStatement[]) {
      count(statements.length)
      const inner = statements.map((one) => (one as unknown as Limited)[STATEMENT])
      return (await binding.batch<T>(inner)).map(checked)
    },
  }
  return { client: client as D1Database, count }
}

function checked<T>(result: D1Result<T>): D1Result<T> {
  requireAtMost('result', sizeOfRows(result.results as readonly Row[]))
  return result
}

function requireAtMost(name: keyof typeof D1_LIMITS, amount: number): void {
  const most = D1_LIMITS[name]
  if (amount > most) throw new RangeError(`D1 allows ${most} (${name}), this is ${amount}`)
}

const sizeOfRows = (rows: readonly Row[]): number =>
  rows.reduce((total, row) => Object.values(row).reduce<number>(add, total), 0)

const add = (total: number, value: unknown): number => total + sizeOf(value)

/** In bytes of UTF-8; a number is eight, as a column is at most. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength
  return Array.isArray(value) ? value.length : 8
}
