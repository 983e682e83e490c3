import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { canonical, type Entry, personalHash } from '../../src/platform/audit/entry.ts'
import { base64url, type Hash, leafHash } from '../../src/features/audit-log/tree/merkle.ts'
import { TILE_WIDTH } from '../../src/features/audit-log/tree/tiles.ts'
import { signHead } from '../../src/features/audit-log/tree/tree-head.ts'
import { publicJwk } from '../../src/platform/crypto/jwt.ts'
import { SEGMENT_ENTRIES } from '../audit/archive-folder.ts'
import { CompactTree } from '../audit/compact-tree.ts'
import { newSigningKey } from '../keys/signing-key.ts'

const LOG = 'https://auth.phantom.test'
const START = Date.parse('2026-01-01T00:00:00Z')
/** Ten a second, so that a day has a million. */
const APART_MS = 100

/**
 * Writes an archive of so many segments, with tiles and hourly heads, and the key that signed it.
 */
export async function writeArchive(folder: string, segments: number): Promise<string> {
  const key = await newSigningKey()
  const keyFile = join(folder, 'key.json')
  for (const name of ['segments', 'tiles/0', 'heads'])
    mkdirSync(join(folder, 'audit', name), { recursive: true })
  writeFileSync(keyFile, JSON.stringify(publicJwk(key)))
  const tree = new CompactTree()
  for (let at = 0; at < segments; at += 1) {
    const lines = Array.from({ length: SEGMENT_ENTRIES }, (_, line) =>
      lineOf(at * SEGMENT_ENTRIES + line + 1),
    )
    const leaves = lines.map(({ entry }) => leafHash(canonical(entry)))
    for (const leaf of leaves) tree.push(leaf)
    writeTiles(folder, at, leaves)
    const head = { v: 1, log: LOG, size: tree.size, root: base64url(tree.root()) } as const
    const jws = await signHead([key], { ...head, at: timeOf(tree.size) })
    const hour = new Date(timeOf(tree.size)).toISOString().slice(0, 13)
    writeFileSync(join(folder, `audit/heads/${hour}.jws`), jws)
    writeSegment(folder, at * SEGMENT_ENTRIES + 1, lines, jws)
  }
  return keyFile
}

const timeOf = (id: number) => START + id * APART_MS

type Line = Readonly<{ entry: Entry; personal?: object; sealed?: string }>

/**
 * Every other event is a user's, so that half of the personal data is in the clear and has to be
 * hashed.
 */
function lineOf(id: number): Line {
  const salt = randomBytes(16).toString('base64url')
  const personal = { ip: '203.0.113.77', country: 'DE', user_agent: AGENT }
  const userId = id % 2 === 0 ? `01JD7Y3QW8ZK5M2N4P6R${id}` : null
  const entry: Entry = {
    v: 1,
    id,
    at: timeOf(id),
    event: 'authn_login_fail',
    level: 'warn',
    user_id: userId,
    actor: userId,
    session_id: null,
    request_id: `req_01JD7Y3QW8ZK5M2N4P6R${id}`,
    data: { reason: 'password', count: id % 7 },
    personal: personalHash(salt, personal),
  }
  return userId === null
    ? { entry, personal: { salt, ...personal } }
    : { entry, sealed: randomBytes(200).toString('base64url') }
}

const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari'

function writeTiles(folder: string, segment: number, leaves: readonly Hash[]) {
  for (let at = 0; at < leaves.length; at += TILE_WIDTH) {
    const number = (segment * SEGMENT_ENTRIES + at) / TILE_WIDTH
    const tile = Buffer.concat(leaves.slice(at, at + TILE_WIDTH))
    writeFileSync(join(folder, `audit/tiles/0/${number}`), tile)
  }
}

function writeSegment(folder: string, first: number, lines: readonly Line[], head: string) {
  const last = first + SEGMENT_ENTRIES - 1
  const name = join(folder, `audit/segments/${String(first).padStart(12, '0')}`)
  const object = gzipSync(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
  const sha256 = createHash('sha256').update(object).digest('base64url')
  const times = { since: timeOf(first), until: timeOf(last) }
  const manifest = { v: 1, log: LOG, first, last, ...times, bytes: object.length, sha256, head }
  writeFileSync(`${name}.ndjson.gz`, object)
  writeFileSync(`${name}.json`, JSON.stringify(manifest))
}
