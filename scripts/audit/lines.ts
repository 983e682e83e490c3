import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'

/** Characters of one line: an entry has a few hundred. A bomb has more. */
const LINE_LIMIT = 65_536

/** The input is not lines of text. */
export class Unreadable extends Error {}

async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b
}

type Lines = Readonly<{ lines: readonly string[]; read: number }>

/**
 * The lines of a file, gzip or not, some at a time, with the bytes of the file that were read for
 * them. No more than a piece and a line of it are in memory, whatever it unpacks to.
 */
export async function* linesOf(path: string): AsyncGenerator<Lines> {
  const file = createReadStream(path)
  const stream = (await isGzip(path)) ? pipe(file) : file
  let rest = Buffer.alloc(0)
  let before = 0
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.concat([rest, chunk as Buffer])
      const end = bytes.lastIndexOf('\n') + 1
      rest = bytes.subarray(end)
      yield* textOf(bytes.subarray(0, end), file.bytesRead - before)
      before = file.bytesRead
      if (rest.length > LINE_LIMIT)
        throw new Unreadable(`a line is longer than ${LINE_LIMIT} bytes`)
    }
    yield* textOf(rest, 0)
  } catch (error) {
    throw whyOf(error)
  } finally {
    file.destroy()
  }
}

/**
 * Whole lines as text; of those that are not UTF-8 only what stands before the first that is not.
 */
function* textOf(bytes: Buffer, read: number): Generator<Lines> {
  const lines = isUtf8(bytes) ? bytes.toString('utf8').split('\n') : []
  if (lines.at(-1) === '') lines.pop()
  if (lines.length > 0 || bytes.length === 0) return yield { lines, read }
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\n', at) < 0 ? bytes.length : bytes.indexOf('\n', at)
    const line = bytes.subarray(at, end)
    if (!isUtf8(line)) throw new Unreadable('it is not UTF-8')
    yield { lines: [line.toString('utf8')], read: 0 }
    at = end + 1
  }
}

function pipe(file: ReturnType<typeof createReadStream>) {
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  return file.pipe(gunzip)
}

function whyOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('Z_')) return new Unreadable('it is not whole gzip')
  return error
}
