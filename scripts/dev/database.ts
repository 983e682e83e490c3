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
import { basename, dirname, join } from 'node:path'
import { start } from './processes.ts'

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js'
const MIGRATIONS = 'migrations'
/** Empty databases, each named after what made it. */
const KEPT = '.dev/databases'
/** The file of a state that says what its database is named after. */
const NOTE = 'database'

/**
 * Creates or updates the local database. Wrangler starts a workerd for each migration, and one to
 * find that there is none to apply: a new database is therefore copied from the first, and an old
 * one is noted.
 */
export async function migrate(state: string): Promise<void> {
  const name = databaseName()
  const note = join(state, NOTE)
  const isNew = !existsSync(join(state, 'v3'))
  if (!isNew && existsSync(note) && readFileSync(note, 'utf8') === name) return
  const kept = join(KEPT, name)
  if (isNew && existsSync(join(kept, 'v3'))) {
    copyDatabase(kept, state)
  } else {
    await applyMigrations(state)
    if (isNew) keepOnly(state, kept)
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

/**
 * Copies the database of one directory into another. It has its name once it is whole: a copy that
 * is cut off is none.
 */
export function copyDatabase(from: string, to: string): void {
  const draft = join(to, `v3.${randomUUID()}`)
  try {
    cpSync(join(from, 'v3'), draft, { recursive: true })
    renameSync(draft, join(to, 'v3'))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/**
 * Keeps the new database of a state for the next, in place of those that other migrations have
 * made.
 */
export function keepOnly(state: string, kept: string): void {
  try {
    copyDatabase(state, kept)
  } catch (error) {
    // Another start has kept its own meanwhile.
    if (!existsSync(join(kept, 'v3'))) throw error
  }
  const folder = dirname(kept)
  for (const other of readdirSync(folder).filter((name) => name !== basename(kept))) {
    rmSync(join(folder, other), { recursive: true, force: true })
  }
}
