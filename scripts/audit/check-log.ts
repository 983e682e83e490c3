import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { verifyConsistency } from '../../src/features/audit-log/tree/merkle.ts'
import type { ArchiveFolder, Manifest } from './archive-folder.ts'
import type { Trust } from './check-proof.ts'
import { History } from './history.ts'
import { checkHead, inOrder, type Known } from './known-heads.ts'
import { Unreadable } from './lines.ts'
import { Progress } from './progress.ts'
import { type ExportFile, readExport } from './read-export.ts'
import { readSegment } from './read-segment.ts'
import { Reading } from './reading.ts'
import { reportOf, type Report } from './report.ts'
import { TileFiles, treeBefore } from './tile-files.ts'
import { CannotCheck, printable, Wrong } from './wrong.ts'

export type Source =
  | Readonly<{ kind: 'archive'; archive: ArchiveFolder }>
  | Readonly<{ kind: 'export'; file: ExportFile }>

type Wanted = Trust & Readonly<{ from: number; through: number | undefined; isQuiet: boolean }>

/**
 * Checks a log: an archive, exports that come one after the other, or an archive and exports after
 * it.
 */
export async function checkLog(sources: readonly Source[], wanted: Wanted): Promise<Report> {
  const archives = sources.flatMap((source) => (source.kind === 'archive' ? [source.archive] : []))
  const [archive, another] = archives
  if (another) throw new CannotCheck('give one archive')
  const tiles = new TileFiles(archive?.tiles)
  const heads = inOrder([...wanted.kept, ...(await signedHeads(sources, wanted))])
  requireOneLog(sources, heads)
  tiles.check()
  const tree = treeBefore(wanted.from, tiles)
  const history = new History(tree.isRooted ? heads : [], tiles, tree.tree)
  const progress = new Progress(await bytesOf(sources), wanted)
  const reading = new Reading(history, progress)
  try {
    await readAll(sources, reading)
  } finally {
    progress.end()
  }
  history.end()
  return reportOf(reading, {
    ...wanted,
    heads,
    isRooted: tree.isRooted,
    callStore: tiles.callStore(),
  })
}

async function readAll(sources: readonly Source[], reading: Reading): Promise<void> {
  try {
    for (const source of sources) {
      if (source.kind === 'export') await readExport(source.file, reading)
      else for (const segment of source.archive.segments) await readSegment(segment, reading)
    }
  } catch (error) {
    const named = error instanceof Unreadable ? reading.namedError(error) : error
    if (named instanceof Wrong) throw new Wrong([named.message, ...reading.damaged].join('\n'))
    throw named
  }
}

/** The heads that the log brings along, each of which must be signed by a pinned key. */
async function signedHeads(sources: readonly Source[], { keys }: Trust): Promise<Known[]> {
  const known = new Map<string, Known>()
  const add = async (jws: string, where: string) => {
    const head = known.get(jws) ?? { ...(await checkHead(keys, jws, where)), where }
    known.set(jws, head)
    return head
  }
  for (const source of sources) {
    if (source.kind === 'export') {
      const { path, header } = source.file
      if (header.head !== null) await add(header.head, `head of ${printable(basename(path))}`)
      continue
    }
    for (const { path, hour, jws } of source.archive.heads) {
      const where = `head ${printable(basename(path))}`
      const { at = 0 } = await add(jws, where)
      if (new Date(at).toISOString().slice(0, hour.length) !== hour)
        throw new Wrong(`${where}: it was signed in another hour`)
    }
    for (const { first, manifest } of source.archive.segments) {
      const head = await add(manifest.head, `head of segment ${first}`)
      if (head.size < manifest.last)
        throw new Wrong(`segment ${first}: its head is of only ${head.size} entries`)
      const proven = provenRoot(manifest, head)
      if (proven) known.set(proven.where, proven)
    }
  }
  return [...known.values()]
}

/** The root of a segment's end: the log of its head begins with it, so it is as good as signed. */
function provenRoot({ first, last, root, proof, log }: Manifest, head: Known): Known | undefined {
  if (root === undefined || proof === undefined) return undefined
  const where = `manifest of segment ${first}`
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  const begins = verifyConsistency({
    first: last,
    second: head.size,
    firstRoot: bytes(root),
    secondRoot: bytes(head.root),
    proof: proof.map(bytes),
  })
  if (begins) return { size: last, root, log, where }
  throw new Wrong(`${where}: the log of its head does not begin with its root`)
}

function requireOneLog(sources: readonly Source[], [head]: readonly Known[]): void {
  const names = sources.flatMap((source) =>
    source.kind === 'export'
      ? [source.file.header.log]
      : source.archive.segments.map(({ manifest }) => manifest.log),
  )
  const log = head?.log ?? names[0]
  const other = names.find((name) => name !== log)
  if (other !== undefined)
    throw new Wrong(`of another log (${printable(other)}, not ${printable(log ?? '')})`)
}

async function bytesOf(sources: readonly Source[]): Promise<number> {
  const paths = sources.flatMap((source) =>
    source.kind === 'export' ? [source.file.path] : source.archive.segments.map(({ path }) => path),
  )
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
