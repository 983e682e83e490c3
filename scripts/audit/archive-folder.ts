import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { parseJson } from './json.ts'
import { CannotCheck, printable, Wrong } from './wrong.ts'

/** Entries of one segment, as the service writes it. */
export const SEGMENT_ENTRIES = 4096

const hash = z.string().regex(/^[\w-]{43}$/)

const manifestSchema = z.strictObject({
  v: z.literal(1),
  log: z.string(),
  first: z.int(),
  last: z.int(),
  since: z.int().nullable(),
  until: z.int().nullable(),
  bytes: z.int(),
  sha256: z.string(),
  /**
   * The root of the log up to `last`, and the proof that the head's log begins with it (RFC 9162
   * §2.1.4).
   */
  root: hash.optional(),
  proof: z.array(hash).optional(),
  head: z.string(),
})

export type Manifest = z.output<typeof manifestSchema>

/** A segment and where its lines lie. */
export type Segment = Readonly<{ first: number; path: string; manifest: Manifest }>

/** An archive as it was downloaded. */
export type ArchiveFolder = Readonly<{
  path: string
  segments: readonly Segment[]
  tiles: string
  /** The witnessed heads. */
  heads: readonly Readonly<{ path: string; hour: string; jws: string }>[]
}>

const SEGMENT = /^(\d{12})\.(ndjson\.gz|json)$/
const HEAD = /^(\d{4}-\d\d-\d\dT\d\d)\.jws$/

/** Where the segments of an archive lie, if this folder is one, or is in one. */
export function segmentsIn(path: string): string | undefined {
  const places = [join(path, 'audit/segments'), join(path, 'segments'), path]
  return places.find(
    (place) => existsSync(place) && readdirSync(place).some((name) => SEGMENT.test(name)),
  )
}

/** Reads what an archive says of itself; its entries are read later. */
export function readArchive(path: string, segments: string): ArchiveFolder {
  const firsts = new Set(readdirSync(segments).flatMap((name) => SEGMENT.exec(name)?.[1] ?? []))
  const beside = dirname(segments)
  return {
    path,
    segments: [...firsts].toSorted().map((name) => readSegment(segments, name)),
    tiles: join(beside, 'tiles'),
    heads: readHeads(join(beside, 'heads')),
  }
}

function readSegment(folder: string, name: string): Segment {
  const first = Number(name)
  const path = join(folder, `${name}.ndjson.gz`)
  const about = join(folder, `${name}.json`)
  if (!existsSync(path))
    throw new Wrong(`entry ${first}: deleted (its segment is not here: ${name}.ndjson.gz)`)
  if (!existsSync(about))
    throw new Wrong(`segment ${first}: its manifest is not here (${name}.json)`)
  const manifest = manifestSchema.safeParse(parseSmall(about))
  if (!manifest.success) throw new Wrong(`segment ${first}: its manifest is not one (${name}.json)`)
  const { data } = manifest
  if (data.first !== first || data.last !== first + SEGMENT_ENTRIES - 1)
    throw new Wrong(`segment ${first}: its manifest is of entries ${data.first} to ${data.last}`)
  return { first, path, manifest: data }
}

function parseSmall(path: string): unknown {
  try {
    return parseJson(readSmall(path))
  } catch {
    return undefined
  }
}

const SMALL = 4 * 1024 * 1024

/** The text of a file that is no stream. */
export function readSmall(path: string): string {
  const { size } = statSync(path)
  if (size > SMALL) throw new CannotCheck(`${printable(path)}: too large for what it seems to be`)
  return readFileSync(path, 'utf8')
}

function readHeads(folder: string): ArchiveFolder['heads'] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const hour = HEAD.exec(name)?.[1]
      const path = join(folder, name)
      return hour === undefined ? [] : [{ path, hour, jws: readSmall(path).trim() }]
    })
}
