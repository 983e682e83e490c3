import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { main } from '../../scripts/audit/main.ts'
import { migrate } from '../../scripts/dev/database.ts'
import { SEGMENT_SIZE } from '../../src/features/audit-log/archive/segment.ts'
import { runVerify } from '../pure/features/audit-log/run-verify.ts'
import { documented, statementOf } from '../support/documented.ts'
import { signInAsFirstAdmin } from '../support/e2e/admin.ts'
import { rowsIn, rowsOf, runIn, workshop } from '../support/e2e/by-the-letter.ts'
import {
  type DevServer,
  newState,
  startDevServer,
  stillRunning,
} from '../support/e2e/dev-server.ts'
import { runJobs, startJob } from '../support/e2e/jobs.ts'
import { download, writeOldEvents } from '../support/e2e/old-events.ts'
import { withStores } from '../support/e2e/stores.ts'

const state = newState()
const directory = newState()
const inDirectory = (name: string) => join(directory, name)
/** The state in which the export of the database is loaded, where docs/operations.md puts it. */
const copy = inDirectory('copy')

/** What was seen of the first start. */
let first: {
  port: string
  token: string
  processes: number[]
  exitCode: number | null
  left: unknown[]
}

/** Archives the old events, exports the rest, and keeps both in the directory. */
async function archiveAndExport(dev: DevServer) {
  const token = await signInAsFirstAdmin(dev)
  for (const job of ['seal-events', 'archive-events', 'seal-events']) await startJob(dev, job)
  const pin = documented('docs/audit-log.md', 'curl -fsS')
  await runIn(directory, pin.replace('https://your.service', dev.api))
  await exportRest(dev, token, 'rest.ndjson')
  return token
}

/** Exports what is not in the archive. */
async function exportRest({ api }: Pick<DevServer, 'api'>, token: string, file: string) {
  const headers = { authorization: `Bearer ${token}` }
  const rest = await fetch(`${api}/api/admin/audit/export/?after=${SEGMENT_SIZE}`, { headers })
  const text = await rest.text()
  if (!rest.ok) throw new Error(text)
  writeFileSync(inDirectory(file), text)
}

// A start of its own: its state is prepared before it, and read when it has stopped.
beforeAll(async () => {
  await migrate(state)
  await withStores(state, writeOldEvents)
  const dev = await startDevServer({ state })
  try {
    const token = await archiveAndExport(dev)
    const processes = dev.processes()
    const exitCode = await dev.interrupt()
    first = {
      port: new URL(dev.api).port,
      token,
      processes,
      exitCode,
      left: stillRunning(processes),
    }
    await withStores(state, (stores) => download(stores, inDirectory('archive')))
    workshop(directory, state)
    const load = documented('docs/operations.md', 'd1 export DB')
    await runIn(directory, load.replaceAll('--remote', '--local'))
  } finally {
    await dev.interrupt()
  }
}, 300_000)
afterAll(() => {
  for (const path of [directory, state]) rmSync(path, { recursive: true, force: true })
})

/** Checks a folder as the verifier does when it is called from here. */
const verify = (folder: string, ...more: string[]) => main(commandLine(folder, ...more))
const commandLine = (folder: string, ...more: string[]) => {
  const pinned = ['--key', inDirectory('pinned.json')]
  return [...pinned, join(folder, 'archive'), ...more]
}

/** A copy of the archive, with the lines of its segment changed. */
function tampered(name: string, change = (lines: string[]) => lines): string {
  const copy = inDirectory(name)
  cpSync(inDirectory('archive'), join(copy, 'archive'), { recursive: true })
  const object = join(copy, 'archive/audit/segments/000000000001.ndjson.gz')
  const lines = gunzipSync(readFileSync(object)).toString().trim().split('\n')
  writeFileSync(object, gzipSync(`${change(lines).join('\n')}\n`))
  return copy
}

describe('an archive and an export that the running service has made', () => {
  test('are those that were sealed, to the newest head', ({ expect }) => {
    const { status, stdout } = runVerify(...commandLine(directory, inDirectory('rest.ndjson')))
    expect(stdout).toMatch(/^ok: 4,\d+ entries \(1 to \d+\) are those that were sealed/m)
    expect(status).toBe(0)
    const object = inDirectory('archive/audit/segments/000000000001.ndjson.gz')
    const text = gunzipSync(readFileSync(object)).toString()
    expect(text.match(/"sealed":/g)).toHaveLength(SEGMENT_SIZE / 2)
    expect(text.match(/"ip":"192\.0\.2\.7"/g)).toHaveLength(SEGMENT_SIZE / 2)
  })

  test('are not any more once an entry of a segment was edited', async ({ expect }) => {
    const copy = tampered('edit', (lines) =>
      lines.with(99, lines[99]?.replace('fail', 'success') ?? ''),
    )
    const { status, stdout } = await verify(copy, inDirectory('rest.ndjson'))
    expect(stdout).toMatch(/^entry 100: edited/)
    expect(status).toBe(1)
  })

  test('are not under a signature that was changed', async ({ expect }) => {
    const copy = tampered('signature')
    const manifest = join(copy, 'archive/audit/segments/000000000001.json')
    const text = readFileSync(manifest, 'utf8')
    writeFileSync(manifest, text.replace(/("head":"[^"]+)....(")/, '$1AAAA$2'))
    const { status, stdout } = await verify(copy, inDirectory('rest.ndjson'))
    expect(stdout).toMatch(/wrong signature/)
    expect(status).toBe(1)
  })
})

describe('an export of the database', () => {
  test('is loaded as docs/operations.md says, and every row is there', ({ expect }) => {
    const { schema, rows } = rowsOf(copy)
    const { schema: made, rows: given } = rowsOf(state)
    expect(schema).toEqual(made)
    // The one text that an export changes, as the document says.
    expect(rows).toEqual(JSON.parse(JSON.stringify(given).replace('odd\\\\\\\\n', 'odd\\\\n')))
    expect(rows.length).toBeGreaterThan(20)
    const look = documented('docs/operations.md', 'GROUP BY event')
    expect(JSON.stringify(rowsIn(copy, statementOf(look)))).toContain('authn_login_success')
  })

  test('cannot be loaded in the order in which it is written', ({ expect }) => {
    const load = (file: string) =>
      new DatabaseSync(':memory:').exec(readFileSync(inDirectory(file), 'utf8'))
    expect(() => load('export.sql')).toThrow('no such table: main.users')
    load('load.sql')
  })
})

describe('npm run dev', () => {
  test('leaves nothing behind', ({ expect }) => {
    // Itself, the mailbox, wrangler and at least one workerd.
    expect(first.processes.length).toBeGreaterThanOrEqual(4)
    expect(first.exitCode).toBe(0)
    expect(first.left).toEqual([])
  })

  test('invites no second first admin when it starts again, and runs jobs', async ({ expect }) => {
    // A start of its own: the second one is the subject. On the database that the export has made.
    for (const name of readdirSync(join(state, 'v3')).filter((name) => name !== 'd1'))
      cpSync(join(state, 'v3', name), join(copy, 'v3', name), { recursive: true })
    // Its address is the name of the log.
    const port = ['--port', first.port]
    const again = await startDevServer({ state: copy, args: port })
    try {
      expect(again.output()).not.toContain('first admin')
      await fetch(`${again.api}/api/auth/login/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ identifier: 'nobody@example.com', password: 'wrong' }),
      })
      const own = ['--state', copy, ...port]
      const job = ['seal-events', ...own]
      for (const said of [/^seal-events: done in \d+ ms, sealed \d+\n$/, /sealed 0\n$/]) {
        const { output, status } = await runJobs(...job)
        expect(output).toMatch(said)
        expect(status).toBe(0)
      }
      // The log goes on where the other database has stopped, for those who kept its head.
      await exportRest(again, first.token, 'more.ndjson')
      const kept = ['--head', inDirectory('pinned.json'), inDirectory('more.ndjson')]
      const { status, stdout, stderr } = await verify(directory, ...kept)
      expect([status, stdout, stderr]).toEqual([
        0,
        expect.stringMatching(/^ok: 4,\d+ entries/m),
        '',
      ])
      // What waits is done at once, and this act stands no more.
      const atOnce = documented('docs/operations.md', 'UPDATE pending_acts')
      const said = await runIn('.', `${atOnce.replace('.dev/state', copy)} ${own.join(' ')}`)
      expect(said).toMatch(/^run-pending-acts: done in \d+ ms, acts 0, closed 1, failed 0$/m)
    } finally {
      await again.stop()
    }
  })
})
