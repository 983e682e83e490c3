import { env } from 'cloudflare:workers'
import type { Deps } from '../../src/platform/deps'
import { freshAddress, type startApp } from './app'
import { impatient } from './patience'

type App = ReturnType<typeof startApp>

/**
 * What an outsider can see of an answer: all but the request's id and what is counted per network.
 */
export function visible({ status, headers, text }: Awaited<ReturnType<App['send']>>) {
  const names = [...headers].filter(([name]) => !PER_REQUEST.has(name))
  return { status, text, headers: names }
}

const PER_REQUEST = new Set(['x-request-id', 'ratelimit'])

/** Wrong passwords, one after the other, from one fresh network; of a stranger, or of a browser. */
export async function failLogin(app: App, identifier: string, times: number, cookie?: string) {
  const ip = freshAddress()
  const answers = []
  for (let count = 0; count < times; count++) {
    answers.push(
      await app.post(
        '/api/auth/login/',
        { identifier, password: `wrong ${count}` },
        { ip, cookie },
      ),
    )
  }
  return answers
}

/**
 * Counts the password hashes and their rounds that run while `act` does, whichever path asks for
 * them.
 */
export async function countingHashes<T>(
  act: () => Promise<T>,
): Promise<{ result: T; hashes: number; rounds: number }> {
  const { subtle } = crypto
  const original = subtle.deriveBits.bind(subtle)
  let calls = 0
  let rounds = 0
  subtle.deriveBits = (...args: Parameters<typeof original>) => {
    calls += 1
    rounds += Number((args[0] as { iterations?: number }).iterations)
    return original(...args)
  }
  try {
    const result = await act()
    return { result, hashes: calls / 3, rounds }
  } finally {
    // The method itself is the prototype's.
    Reflect.deleteProperty(subtle, 'deriveBits')
  }
}

/** All that the stores hold, as text, to search for what must not be there. */
export async function storedText(): Promise<string> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'`,
  ).run<{ name: string }>()
  const rows = await Promise.all(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM "${name}"`).run()),
  )
  const keys = await kvKeys()
  const values = await Promise.all(keys.map(({ name }) => env.KV.get(name)))
  return JSON.stringify([rows.map(({ results }) => results), keys, values])
}

/** Every key of KV, whose lists end after a thousand. */
async function kvKeys() {
  const keys = []
  for (let cursor: string | undefined; ;) {
    const page = await env.KV.list(cursor === undefined ? {} : { cursor })
    keys.push(...page.keys)
    if (page.list_complete) return keys
    cursor = page.cursor
  }
}

/** Puts a property of the deps out of order: every call of these methods fails, or never ends. */
export const broken =
  <K extends keyof Deps>(name: K, methods: readonly string[], how: 'fails' | 'hangs') =>
  (deps: Deps): Deps => ({
    ...(how === 'hangs' ? impatient(deps) : deps),
    [name]: new Proxy(deps[name] as object, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        if (!methods.includes(String(key))) return value.bind(target) as unknown
        return () =>
          how === 'hangs' ? new Promise(() => {}) : Promise.reject(new Error(`${name} is down`))
      },
    }),
  })

/**
 * Does something at the last moment before a batch: after the guard, and before what it lets
 * through.
 */
export const beforeBatch =
  (act: () => Promise<unknown>) =>
  (deps: Deps): Deps => ({
    ...deps,
    db: new Proxy(deps.db, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        if (key !== 'batch') return value.bind(target) as unknown
        return async (...args: unknown[]) => {
          await act()
          return Reflect.apply(value, target, args) as unknown
        }
      },
    }),
  })

/** Collects what is logged while `act` runs; the lines still reach the console. */
export async function collectingLog(act: () => Promise<void>): Promise<string> {
  const lines: string[] = []
  const levels = ['info', 'warn', 'error', 'log'] as const
  const originals = levels.map((level) => [level, console[level].bind(console)] as const)
  for (const [level, original] of originals) {
    console[level] = (...args: unknown[]) => {
      lines.push(args.map(String).join(' '))
      original(...args)
    }
  }
  try {
    await act()
  } finally {
    Object.assign(console, Object.fromEntries(originals))
  }
  return lines.join('\n')
}

/** The lines of our own log that are written while `act` runs. */
export async function linesDuring(act: () => Promise<void>): Promise<Record<string, unknown>[]> {
  const text = await collectingLog(act)
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
