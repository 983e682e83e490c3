import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import type { Manifest, Segment } from './archive-folder.ts'
import type { History } from './history.ts'
import { linesOf } from './lines.ts'
import type { Reading } from './reading.ts'
import { CannotCheck, wrongEntry } from './wrong.ts'

/**
 * Takes the entries of a segment, whose object has to be the one that its manifest was written for.
 */
export async function readSegment({ first, path, manifest }: Segment, reading: Reading) {
  const { history } = reading
  if (first !== history.next) throw notNext(first, history.next)
  const damage = await damageOf(path, manifest)
  const times: number[] = []
  for await (const { lines, read } of linesOf(path)) {
    for (const text of lines) {
      const { id, entry } = reading.take(reading.parse(text))
      if (id > manifest.last) throw beyond(id, first, history)
      if ('at' in entry) times.push(entry.at)
    }
    reading.progress.add(read, reading.entries)
  }
  if (history.next <= manifest.last)
    throw wrongEntry(history.next, 'deleted', `truncated: segment ${first} ends before it`)
  if (damage !== undefined) reading.damaged.push(`segment ${first}: damaged (${damage})`)
  else if (!isSpan(manifest, times))
    reading.damaged.push(`segment ${first}: its manifest tells other times than its entries`)
}

const notNext = (first: number, next: number) =>
  first > next
    ? wrongEntry(next, 'deleted', `what is here begins with entry ${first}`)
    : new CannotCheck(`segment ${first} comes again: entry ${next} should be next`)

function beyond(id: number, first: number, history: History) {
  history.end()
  return wrongEntry(id, 'inserted', `segment ${first} ends before it`)
}

/** Of a segment whose entries are all missing nothing is told. */
const isSpan = ({ since, until }: Manifest, times: readonly number[]) =>
  times.length === 0 || (since === Math.min(...times) && until === Math.max(...times))

async function damageOf(path: string, { bytes, sha256 }: Manifest): Promise<string | undefined> {
  const { size } = statSync(path)
  if (size !== bytes) return `it has ${size} bytes, not the ${bytes} of its manifest`
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('base64url') === sha256 ? undefined : 'its SHA-256 is not that of its manifest'
}
