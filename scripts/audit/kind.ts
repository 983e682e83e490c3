import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ArchiveFolder, readArchive, readSmall, segmentsIn } from './archive-folder.ts'
import { type ExportFile, headerOf } from './read-export.ts'
import { isRecord, type Json, parseJson, parseLine } from './json.ts'
import { linesOf } from './lines.ts'
import { CannotCheck, printable } from './wrong.ts'

/** What there is to check, by its content and not by its name. */
export type Input =
  | Readonly<{ kind: 'archive'; archive: ArchiveFolder }>
  | Readonly<{ kind: 'export'; file: ExportFile }>
  | Readonly<{ kind: 'head'; path: string; jws: string }>
  | Readonly<{ kind: 'inclusion' | 'consistency'; path: string; proof: Json }>
  | Readonly<{ kind: 'corpus'; cases: readonly CorpusCase[] }>

export type CorpusCase = Readonly<{ path: string; value: Json }>

export async function readInput(path: string): Promise<Input> {
  if (!existsSync(path)) throw new CannotCheck(`${printable(path)}: there is no such file`)
  if (!statSync(path).isDirectory()) return readFile(path)
  const segments = segmentsIn(path)
  if (segments !== undefined) return { kind: 'archive', archive: readArchive(path, segments) }
  const cases = casesIn(path)
  if (cases.length > 0) return { kind: 'corpus', cases }
  throw new CannotCheck(
    `${printable(path)}: neither an archive (audit/segments) nor a corpus of proofs`,
  )
}

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/

async function readFile(path: string): Promise<Input> {
  const first = await firstLine(path)
  if (first && 'audit_log' in first)
    return { kind: 'export', file: { path, header: headerOf(path, first) } }
  if (first && 'entry' in first && !('proof' in first))
    throw new CannotCheck(`${printable(path)}: a segment alone; give the folder that audit/ is in`)
  const text = readSmall(path).trim()
  if (COMPACT_JWS.test(text)) return { kind: 'head', path, jws: text }
  const value = jsonOf(path, text)
  if (isRecord(value)) {
    if ('leaf_hash' in value) return { kind: 'inclusion', path, proof: value }
    if ('first_root' in value) return { kind: 'consistency', path, proof: value }
    if ('wantErr' in value) return { kind: 'corpus', cases: [{ path, value }] }
    if (typeof value['head'] === 'string') return { kind: 'head', path, jws: value['head'] }
  }
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord))
    return { kind: 'corpus', cases: value.map((item) => ({ path, value: item })) }
  throw new CannotCheck(`${printable(path)}: neither an export, nor a proof, nor a signed head`)
}

/** The object of the first line; `undefined` where it is none. */
async function firstLine(path: string): Promise<Json | undefined> {
  try {
    for await (const { lines } of linesOf(path))
      if (lines[0] !== undefined) return parseLine(lines[0])
  } catch {
    return undefined
  }
  return undefined
}

function jsonOf(path: string, text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new CannotCheck(`${printable(path)}: not JSON`)
  }
}

const MOST_CASES = 100_000

/** The cases of a folder and those in it, each a file. */
function casesIn(folder: string): CorpusCase[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted()
  if (names.length > MOST_CASES) throw new CannotCheck(`${printable(folder)}: too many files`)
  return names.flatMap((name) => {
    const path = join(folder, name)
    const value = jsonOf(path, readSmall(path))
    const values = Array.isArray(value) ? value : [value]
    return values.map((item: unknown) => {
      if (!isRecord(item)) throw new CannotCheck(`${printable(path)}: no case of a corpus`)
      return { path, value: item }
    })
  })
}
