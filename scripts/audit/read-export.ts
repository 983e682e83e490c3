import { basename } from 'node:path'
import * as z from 'zod'
import type { Json } from './json.ts'
import { linesOf } from './lines.ts'
import type { Reading } from './reading.ts'
import { CannotCheck, printable, wrongEntry } from './wrong.ts'

const headerSchema = z.object({
  v: z.literal(1),
  log: z.string(),
  first: z.int().min(1),
  last: z.int().min(0),
  head: z.string().nullable(),
  filtered: z.boolean(),
})

const endSchema = z.strictObject({ count: z.int(), next: z.int().nullable() })

export type ExportHeader = z.output<typeof headerSchema>
export type ExportFile = Readonly<{ path: string; header: ExportHeader }>

/** What the first line of an export says of it. */
export function headerOf(path: string, line: Json): ExportHeader {
  const header = headerSchema.safeParse(line['audit_log'])
  if (!header.success)
    throw new CannotCheck(`${printable(path)}: its first line is not that of an export`)
  return header.data
}

/** Takes the entries of an export file. */
export async function readExport({ path, header }: ExportFile, reading: Reading): Promise<void> {
  const name = printable(basename(path))
  requireNext(name, header, reading)
  const before = reading.entries
  let end: z.output<typeof endSchema> | undefined
  let isFirst = true
  for await (const { lines, read } of linesOf(path)) {
    for (const text of lines) {
      const line = reading.parse(text)
      if (end) throw wrongEntry(reading.history.next, 'inserted', `${name} goes on after its end`)
      if ('entry' in line) reading.take(line)
      else if ('end' in line) end = endSchema.safeParse(line['end']).data
      else if (!isFirst && !('progress' in line))
        throw wrongEntry(reading.history.next, 'unreadable', 'its line has no entry')
      isFirst = false
    }
    reading.progress.add(read, reading.entries)
  }
  requireEnd(name, { header, end, taken: reading.entries - before }, reading)
}

/** A filtered export leaves out entries, so that no root can be computed from it. */
function requireNext(name: string, { first, filtered }: ExportHeader, { history }: Reading) {
  if (filtered)
    throw new CannotCheck(
      `${name}: a filtered export cannot be checked; ask for the proofs of the events that matter`,
    )
  if (first > history.next)
    throw wrongEntry(history.next, 'deleted', `${name} begins with entry ${first}`)
  if (first < history.next)
    throw new CannotCheck(
      `${name}: begins with entry ${first}, entry ${history.next} should be next`,
    )
}

type Outcome = Readonly<{
  header: ExportHeader
  end: z.output<typeof endSchema> | undefined
  taken: number
}>

function requireEnd(name: string, { header, end, taken }: Outcome, reading: Reading): void {
  const { history } = reading
  const cut = (why: string) => {
    history.end()
    return wrongEntry(history.next, 'deleted', `truncated: ${name} ${why}`)
  }
  if (!end) throw cut('has no end')
  if (end.count !== taken) throw cut(`says that it has ${end.count} entries, and has ${taken}`)
  // Entries that were sealed as missing may be the last ones.
  history.missThrough(end.next ?? header.last)
  reading.isComplete = end.next === null
  reading.goesOn =
    end.next === null ? undefined : `${name} goes on: give the export ?after=${end.next} as well`
}
