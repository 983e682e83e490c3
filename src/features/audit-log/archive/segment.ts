import { type Entry, type Gap, personOf, subjectOf } from '../../../platform/audit/entry'
import {
  logDamaged,
  type PersonalKeys,
  personalKeys,
  type Salted,
  unboxPersonal,
} from '../../../platform/audit/personal-box'
import { openText, type SaltedText } from '../../../platform/audit/text'
import { callStore } from '../../../platform/call-store'
import type { Deps } from '../../../platform/deps'
import { problem } from '../../../platform/problems'

/** Events of one segment: sixteen whole tiles, about 300 kB in the archive. */
export const SEGMENT_SIZE = 4096

/**
 * One line of a segment: the entry as it stands in the tree, and what is personal, in the clear
 * only of nobody's events. Address and browser are sealed for who acted, the text for whom it is
 * about.
 */
export type SegmentLine = Readonly<{
  entry: Entry | Gap
  personal?: Salted
  sealed?: string
  text?: string
}>

/** An event with its personal fields, as far as they can still be read. */
export type LogLine = Readonly<{
  entry: Entry | Gap
  personal: Salted | null
  text: SaltedText | null
}>

/** The id that the segment of an event begins with. */
export const segmentOf = (id: number): number => id - ((id - 1) % SEGMENT_SIZE)

const nameOf = (first: number) => `audit/segments/${String(first).padStart(12, '0')}`
export const segmentKey = (first: number): string => `${nameOf(first)}.ndjson.gz`
export const manifestKey = (first: number): string => `${nameOf(first)}.json`

const ownerOf = ({ entry }: SegmentLine, whose: (entry: Entry) => string | null) =>
  'missing' in entry ? null : whose(entry)

/** Packs lines as gzip NDJSON. */
export const pack = (lines: readonly SegmentLine[]): Promise<ArrayBuffer> => {
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
  return new Response(
    new Response(text).body?.pipeThrough(new CompressionStream('gzip')),
  ).arrayBuffer()
}

/** The lines that `pack` has packed. */
export async function unpack(bytes: ArrayBuffer): Promise<SegmentLine[]> {
  const stream = new Response(bytes).body?.pipeThrough(new DecompressionStream('gzip'))
  const text = await new Response(stream).text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SegmentLine)
}

/** Reads a segment of the archive, its events in order. */
export async function readSegment(
  deps: Pick<Deps, 'archive' | 'patience'>,
  first: number,
): Promise<SegmentLine[]> {
  const { archive } = deps
  const object = await callStore(deps, 'archive', () => archive.get(segmentKey(first)))
  if (!object) throw problem('service_unavailable', { reason: `no segment ${first}` })
  return unpack(await callStore(deps, 'archive', () => object.arrayBuffer()))
}

/** Opens what is personal of these lines; of an account that was erased nothing can be. */
export async function openLines(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  lines: readonly SegmentLine[],
): Promise<LogLine[]> {
  const users = lines.flatMap((line) => [
    line.sealed === undefined ? null : ownerOf(line, personOf),
    line.text === undefined ? null : ownerOf(line, subjectOf),
  ])
  const ids = [...new Set(users)].filter((id) => id !== null)
  const keys: PersonalKeys = ids.length > 0 ? await personalKeys(deps, ids) : new Map()
  return Promise.all(
    lines.map(async (line) => ({
      entry: line.entry,
      personal: await openPersonal(line, keys),
      text: await openText(keys.get(ownerOf(line, subjectOf) ?? ''), {
        id: line.entry.id,
        box: line.text,
        hash: 'text' in line.entry ? line.entry.text : undefined,
      }),
    })),
  )
}

async function openPersonal(line: SegmentLine, keys: PersonalKeys): Promise<Salted | null> {
  const { entry, sealed, personal = null } = line
  const key = keys.get(ownerOf(line, personOf) ?? '')
  if (sealed === undefined || !key) return personal
  try {
    return await unboxPersonal(key, entry.id, sealed)
  } catch {
    logDamaged(`event ${entry.id}`)
    return personal
  }
}
