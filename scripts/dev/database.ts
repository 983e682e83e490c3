import { createHash, randomUUID } from 'node:crypto'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { start } from './processes.ts'

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js'
const MIGRATIONS = 'migrations'
/** Empty databases, each named after what made it. */
const KEPT = '.dev/databases'
/** The file of a state that says what its database is named after. */
const NOTE = 'database'

/**
 * Creates or updates the local database. Wrangler starts a workerd for each migration, and one to find that
 * there is none to apply: a new database is therefore copied from the first, and an old one is noted.
 */
export async function migrate(state: string): Promise<void> {
  const name = databaseName()
  const note = join(state, NOTE)
  const isNew = !existsSync(join(state, 'v3'))
  if (!isNew && existsSync(note) && readFileSync(note, 'utf8') === name) return
  const kept = join(KEPT, name)
  if (isNew && existsSync(kept)) {
    cpSync(kept, state, { recursive: true })
  } else {
    await applyMigrations(state)
    if (isNew) keep(state, kept)
  }
  writeFileSync(note, name)
}

/** A name of all that decides what a new database is, and where in a state it lies. */
export function databaseName(root = '.'): string {
  const migrations = readdirSync(join(root, MIGRATIONS)).filter((name) => name.endsWith('.sql'))
  const paths = migrations.toSorted().map((name) => join(MIGRATIONS, name))
  const hash = createHash('sha256')
  for (const path of [...paths, 'wrangler.toml', 'node_modules/wrangler/package.json']) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

async function applyMigrations(state: string) {
  const output: string[] = []
  const { exited } = start({
    name: 'the migration',
    args: `${WRANGLER} d1 migrations apply DB --local --persist-to`.split(' ').concat(state),
    env: { CI: '1' },
    onLine: (line) => output.push(line),
  })
  const code = await exited
  if (code !== 0) throw new Error(`the migration failed:\n${output.join('\n')}`)
}

/** Copies a new database under its final name at once, so that nobody ever copies a part of it. */
function keep(state: string, kept: string) {
  const draft = `${kept}.${randomUUID()}`
  try {
    cpSync(join(state, 'v3'), join(draft, 'v3'), { recursive: true })
    renameSync(draft, kept)
  } catch (error) {
    // Another start has kept its own meanwhile.
    if (!existsSync(kept)) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
