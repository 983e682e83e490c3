import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'

const JQ = 'jq'
/** Why a test of a block with jq is skipped, and what enables it. */
export const noJq =
  spawnSync(JQ, ['--version']).status === 0
    ? undefined
    : 'no jq; enable with: sudo apt-get install -y jq'

/**
 * Makes a directory a place to type the commands of documents in: wrangler's settings are there,
 * and the state of a dev server, which has stopped, is what `--local` means.
 */
export function workshop(directory: string, state: string): void {
  cpSync('wrangler.toml', join(directory, 'wrangler.toml'))
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
  mkdirSync(join(directory, '.wrangler'))
  symlinkSync(resolve(state), join(directory, '.wrangler/state'))
}

/** Types commands into a shell there; what they print. */
export async function runIn(directory: string, commands: string): Promise<string> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' }
  const options = { cwd: directory, env: { ...env, CI: '1' } }
  const shell = ['-euo', 'pipefail', '-c', commands]
  return (await promisify(execFile)('bash', shell, options)).stdout
}

/** The database of a state, of which no server runs. */
function databaseOf(state: string): DatabaseSync {
  const folder = join(state, 'v3/d1/miniflare-D1DatabaseObject')
  const files = readdirSync(folder).filter((name) => /^[0-9a-f]+\.sqlite$/.test(name))
  return new DatabaseSync(join(folder, files.join()))
}

/** What a query answers there, as `wrangler d1 execute` asks it. */
export function rowsIn(state: string, query: string) {
  const database = databaseOf(state)
  const rows = database.prepare(query).all()
  database.close()
  return rows
}

/**
 * All that stands in the database of a state: its schema, and the rows of each table in any order.
 */
export function rowsOf(state: string) {
  const database = databaseOf(state)
  const select = (query: string) => database.prepare(query).all()
  const schema =
    select(`SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'
    ORDER BY type, name`)
  const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => String(name))
  const rows = tables.map((name) => [
    name,
    select(`SELECT * FROM "${name}"`)
      .map((row) => JSON.stringify(row))
      .toSorted(),
  ])
  database.close()
  return { schema, rows }
}
