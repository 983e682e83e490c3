import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { localSecrets } from '../../scripts/dev/secrets.ts'
import { migrate } from '../../scripts/dev/database.ts'
import { personalHash } from '../../src/audit/entry.ts'
import { SEGMENT_SIZE } from '../../src/audit/segment.ts'
import { readHead, signHead } from '../../src/audit/tree-head.ts'
import { signingKeysSchema } from '../../src/crypto/jwt.ts'
import { runVerify } from '../pure/audit/run-verify.ts'
import { signInAsFirstAdmin } from '../support/e2e/admin.ts'
import { newState, startDevServer } from '../support/e2e/dev-server.ts'
import { withStores } from '../support/e2e/stores.ts'
import { SECRETS_FILE } from '../support/mailbox-server.ts'

const OLD_MS = 100 * 86_400_000
const EVENTS = SEGMENT_SIZE + 100
const USER = 'usr_of_long_ago'

let directory: string
const inDirectory = (name: string) => join(directory, name)

/** Events of a hundred days ago, as the service would have recorded them, the half of them of a user. */
async function writeOldEvents({ DB }: Pick<Env, 'DB'>) {
  await DB.prepare(
    `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
      VALUES (?1, 'old@example.org', 'old@example.org', 'customer', 'active', 'x', 1)`,
  )
    .bind(USER)
    .run()
  const about = { ip: '192.0.2.7', country: 'DE', user_agent: 'curl' }
  const rows = Array.from({ length: EVENTS }, (_, at) => {
    const salt = randomBytes(16).toString('base64url')
    return [at % 2 === 0 ? USER : null, salt, personalHash(salt, about)]
  })
  for (let from = 0; from < rows.length; from += 1000)
    await DB.prepare(
      `INSERT INTO audit_events (at, event, level, user_id, ip, country, user_agent, request_id, salt, personal)
        SELECT ?2 + key, 'authn_login_fail', 'warn', value ->> 0, '192.0.2.7', 'DE', 'curl', 'req_old',
          value ->> 1, value ->> 2 FROM json_each(?1)`,
    )
      .bind(JSON.stringify(rows.slice(from, from + 1000)), Date.now() - OLD_MS + from)
      .run()
}

async function download({ ARCHIVE }: Pick<Env, 'ARCHIVE'>, to: string) {
  const { objects } = await ARCHIVE.list({ prefix: 'audit/' })
  for (const { key } of objects) {
    const path = join(to, key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.from((await (await ARCHIVE.get(key))?.arrayBuffer()) ?? []))
  }
}

beforeAll(async () => {
  const state = newState()
  directory = newState()
  await migrate(state)
  await withStores(state, writeOldEvents)
  const dev = await startDevServer({ state })
  try {
    const token = await signInAsFirstAdmin(dev)
    for (const job of ['seal-events', 'archive-events', 'seal-events']) {
      const args = ['scripts/jobs.ts', job, '--state', state, '--port', new URL(dev.api).port]
      await promisify(execFile)(process.execPath, args)
    }
    const pinned = await fetch(`${dev.api}/.well-known/audit-head`)
    writeFileSync(inDirectory('pinned.json'), await pinned.text())
    const headers = { authorization: `Bearer ${token}` }
    const path = `/api/admin/audit/export/?after=${SEGMENT_SIZE}`
    const rest = await fetch(`${dev.api}${path}`, { headers })
    writeFileSync(inDirectory('rest.ndjson'), await rest.text())
    await dev.interrupt()
    await withStores(state, (stores) => download(stores, inDirectory('archive')))
  } finally {
    await dev.stop()
  }
}, 300_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const verify = (folder: string, ...more: string[]) =>
  runVerify('--key', inDirectory('pinned.json'), join(folder, 'archive'), ...more)

/** A copy of everything, with the lines of the segment or of the export changed. */
function tampered(name: string, change: { segment?: Change; rest?: Change }): string {
  const copy = inDirectory(name)
  cpSync(inDirectory('archive'), join(copy, 'archive'), { recursive: true })
  const object = join(copy, 'archive/audit/segments/000000000001.ndjson.gz')
  const lines = gunzipSync(readFileSync(object)).toString().trim().split('\n')
  if (change.segment) writeFileSync(object, gzipSync(`${change.segment(lines).join('\n')}\n`))
  const rest = readFileSync(inDirectory('rest.ndjson'), 'utf8').trim().split('\n')
  writeFileSync(join(copy, 'rest.ndjson'), `${(change.rest?.(rest) ?? rest).join('\n')}\n`)
  return copy
}
type Change = (lines: string[]) => string[]

describe('an archive and an export that the running service has made', () => {
  test('are those that were sealed, to the newest head', ({ expect }) => {
    const { status, stdout } = verify(directory, inDirectory('rest.ndjson'))
    expect(stdout).toMatch(/^ok: 4,\d+ entries \(1 to \d+\) are those that were sealed/m)
    expect(status).toBe(0)
    const object = inDirectory('archive/audit/segments/000000000001.ndjson.gz')
    const text = gunzipSync(readFileSync(object)).toString()
    expect(text.match(/"sealed":/g)).toHaveLength(SEGMENT_SIZE / 2)
    expect(text.match(/"ip":"192\.0\.2\.7"/g)).toHaveLength(SEGMENT_SIZE / 2)
  })

  const copies: [string, Parameters<typeof tampered>[1], RegExp][] = [
    [
      'edit',
      { segment: (lines) => lines.with(99, lines[99]?.replace('fail', 'success') ?? '') },
      /^entry 100: edited/,
    ],
    ['delete', { segment: (lines) => lines.toSpliced(99, 1) }, /^entry 100: deleted/],
    [
      'insert',
      { rest: (lines) => lines.toSpliced(50, 0, lines[50] ?? '') },
      /^entry \d+: (inserted|reordered)/,
    ],
    [
      'reorder',
      { segment: (lines) => lines.with(99, lines[100] ?? '').with(100, lines[99] ?? '') },
      /^entry 100: (reordered|deleted)/,
    ],
    ['cut-tail', { rest: (lines) => lines.toSpliced(60, lines.length - 61) }, /^entr(y|ies) \d+/],
  ]
  for (const [name, change, verdict] of copies)
    test(`are not any more after: ${name}`, ({ expect }) => {
      const copy = tampered(name, change)
      const { status, stdout } = verify(copy, join(copy, 'rest.ndjson'))
      expect(stdout).toMatch(verdict)
      expect(status).toBe(1)
    })

  test('are not of a history that the same key has signed as another', async ({ expect }) => {
    const { AUDIT_KEYS } = await localSecrets(SECRETS_FILE)
    const keys = signingKeysSchema.parse(JSON.parse(AUDIT_KEYS))
    const { head } = JSON.parse(readFileSync(inDirectory('pinned.json'), 'utf8')) as {
      head: string
    }
    const fork = { ...readHead(head), root: 'A'.repeat(43) }
    writeFileSync(inDirectory('fork.jws'), await signHead(keys, fork))
    const heads = ['--head', inDirectory('fork.jws')]
    const { status, stdout } = verify(directory, inDirectory('rest.ndjson'), ...heads)
    expect(stdout).toMatch(/a forked history/)
    expect(status).toBe(1)
  })

  test('are not under a signature that was changed', ({ expect }) => {
    const copy = tampered('signature', {})
    const manifest = join(copy, 'archive/audit/segments/000000000001.json')
    const text = readFileSync(manifest, 'utf8')
    writeFileSync(manifest, text.replace(/("head":"[^"]+)....(")/, '$1AAAA$2'))
    const { status, stdout } = verify(copy, join(copy, 'rest.ndjson'))
    expect(stdout).toMatch(/wrong signature/)
    expect(status).toBe(1)
  })
})
