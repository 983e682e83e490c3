import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { newSigningKey } from '../../../../scripts/keys/signing-key'
import type { SegmentLine } from '../../../../src/features/audit-log/archive/segment'
import { base64url, type Hash, leafHash } from '../../../../src/features/audit-log/tree/merkle'
import { signHead, type TreeHead } from '../../../../src/features/audit-log/tree/tree-head'
import {
  canonical,
  type Entry,
  type Gap,
  gapAt,
  personalHash,
} from '../../../../src/platform/audit/entry'
import { publicJwk, type SigningKey } from '../../../../src/platform/crypto/jwt'
import { naiveRoot } from './naive-tree'

export const SEGMENT = 4096
export const LOG = 'https://auth.phantom.test'
const START = Date.parse('2026-11-01T00:00:00Z')

export const newKey = () => newSigningKey()

/** The text of a key file. */
export const keyFile = (...keys: SigningKey[]) => JSON.stringify({ keys: keys.map(publicJwk) })

/**
 * Lines as the service writes them: of nobody with personal data in the clear, of users encrypted,
 * some erased.
 */
export function makeLines(size: number): SegmentLine[] {
  return Array.from({ length: size }, (_, at) => lineAt(at + 1))
}

function lineAt(id: number): SegmentLine {
  if (id % 1000 === 7) return { entry: gapAt(id) }
  const salt = randomBytes(16).toString('base64url')
  const personal = { ip: '192.0.2.7', country: id % 3 === 0 ? null : 'DE', user_agent: 'curl/8' }
  const userId = id % 2 === 0 ? `01J${id}` : null
  const said = { text: personalHash(salt, { reason: 'as asked' }) }
  const isSaid = id % 8 === 4
  const ofUser = { user_id: userId, ...(isSaid && said) }
  const entry = entryAt(id, { ...ofUser, personal: personalHash(salt, personal) })
  if (id % 10 === 9) return { entry }
  return userId === null
    ? { entry, personal: { salt, ...personal } }
    : { entry, sealed: salt.repeat(3), ...(isSaid && { text: salt.repeat(4) }) }
}

export const entryAt = (id: number, more: Partial<Entry> = {}): Entry => ({
  v: 1,
  id,
  at: START + id * 1000,
  event: 'authn_login_fail',
  level: 'warn',
  user_id: null,
  actor: null,
  session_id: null,
  request_id: `req_${id}`,
  data: { at: id, reason: 'Ünïcode 💶' },
  personal: null,
  ...more,
})

const known = new WeakMap<object, Hash>()

export const leavesOf = (lines: readonly SegmentLine[]): Hash[] =>
  lines.map(({ entry }) => {
    const leaf = known.get(entry) ?? leafHash(canonical(entry))
    known.set(entry, leaf)
    return leaf
  })

const roots = new WeakMap<readonly SegmentLine[], Map<number, string>>()

/**
 * The root of the first of the lines, worked out once for each list and size: lists are not changed
 * here.
 */
function rootOf(lines: readonly SegmentLine[], size: number): string {
  const ofLines = roots.get(lines) ?? new Map<number, string>()
  roots.set(lines, ofLines)
  const root = ofLines.get(size) ?? base64url(naiveRoot(leavesOf(lines.slice(0, size))))
  ofLines.set(size, root)
  return root
}

type Signed = Readonly<{ key: SigningKey; at?: number; log?: string }>

/** The signed head of the first entries. */
export async function headOf(
  lines: readonly SegmentLine[],
  size: number,
  { key, at, log }: Signed,
) {
  const root = rootOf(lines, size)
  const head: TreeHead = { v: 1, log: log ?? LOG, size, root, at: at ?? START + size * 1000 }
  return signHead([key], head)
}

export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

type Archive = Readonly<{
  /** What was sealed: the tiles, the root of the heads. */
  sealed: readonly SegmentLine[]
  /** What lies in the segments, if somebody has changed it. */
  lines?: readonly SegmentLine[]
  key: SigningKey
  /** Sizes of which there is a witnessed head. */
  heads?: readonly number[]
  tiles?: boolean
}>

/** Writes an archive as the service does: all whole segments, their tiles, heads of some hours. */
export async function writeArchive(
  folder: string,
  { sealed, lines = sealed, key, ...more }: Archive,
) {
  const head = await headOf(sealed, sealed.length, { key })
  for (let from = 0; from + SEGMENT <= sealed.length; from += SEGMENT)
    writeSegment(folder, from + 1, lines.slice(from, from + SEGMENT), head)
  const leaves = leavesOf(sealed)
  if (more.tiles ?? true)
    for (let at = 0; at + SEGMENT <= leaves.length; at += SEGMENT)
      for (let tile = at; tile < at + SEGMENT; tile += 256)
        write(
          join(folder, `audit/tiles/0/${tile / 256}`),
          Buffer.concat(leaves.slice(tile, tile + 256)),
        )
  for (const size of more.heads ?? []) {
    const hour = new Date(START + size * 1000).toISOString().slice(0, 13)
    write(join(folder, `audit/heads/${hour}.jws`), await headOf(sealed, size, { key }))
  }
  return folder
}

const texts = new WeakMap<SegmentLine, string>()

/** The text of a line, made once: one list of lines is written to many archives. */
function textOf(line: SegmentLine): string {
  const text = texts.get(line) ?? JSON.stringify(line)
  texts.set(line, text)
  return text
}

/** Writes a segment and a manifest that fits it. */
export function writeSegment(
  folder: string,
  first: number,
  lines: readonly (SegmentLine | string)[],
  head: string,
) {
  const name = join(folder, `audit/segments/${String(first).padStart(12, '0')}`)
  const text = lines.map((line) => (typeof line === 'string' ? line : textOf(line)))
  const object = gzipSync(`${text.join('\n')}\n`, { level: 1 })
  const times = lines.flatMap((line) =>
    typeof line !== 'string' && 'at' in line.entry ? [line.entry.at] : [],
  )
  const [since, until] = [Math.min(...times), Math.max(...times)]
  const sha256 = createHash('sha256').update(object).digest('base64url')
  const range = { v: 1, log: LOG, first, last: first + SEGMENT - 1, since, until }
  write(`${name}.ndjson.gz`, object)
  write(`${name}.json`, JSON.stringify({ ...range, bytes: object.length, sha256, head }))
}

type Export = Readonly<{
  first?: number
  /** The newest entry, if it is not the last of the lines. */
  last?: number
  head: string | null
  next?: number | null
  filtered?: boolean
}>

/** The text of an export of these lines. */
export function exportText(lines: readonly SegmentLine[], about: Export): string {
  const { first = lines[0]?.entry.id ?? 1, head, next = null, filtered = false } = about
  const last = about.last ?? lines.at(-1)?.entry.id ?? 0
  const header = { audit_log: { v: 1, log: LOG, first, last, head, filtered } }
  const shown = lines.map(({ entry, personal = null }) => ({ entry, personal, text: null }))
  const progress = { progress: { done: last, of: last } }
  const all = [header, ...shown, progress, { end: { count: lines.length, next } }]
  return `${all.map((line) => JSON.stringify(line)).join('\n')}\n`
}

/** The lines, numbered anew from one on, as somebody does who wants no number to be missing. */
export const renumbered = (lines: readonly SegmentLine[]): SegmentLine[] =>
  lines.map((line, at) => ({ ...line, entry: numbered(line.entry, at + 1) }))

const numbered = <T extends Entry | Gap>(entry: T, id: number): T => ({ ...entry, id })
