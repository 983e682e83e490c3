import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'

/** Characters of one line: an entry has a few hundred. A bomb has more. */
export const LINE_LIMIT = 65_536

/** The input is not lines of text. */
export class Unreadable extends Error {}

export async function isGzip(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b
}

/**
 * The lines of a file, gzip or not, some at a time, with the bytes of the file that were read for them.
 * No more than a piece and a line of it are in memory, whatever it unpacks to.
 */
export async function* linesOf(
  path: string,
): AsyncGenerator<Readonly<{ lines: string[]; read: number }>> {
  const file = createReadStream(path)
  const stream = (await isGzip(path)) ? pipe(file) : file
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let rest = ''
  let before = 0
  try {
    for await (const chunk of stream) {
      const pieces = `${rest}${decoder.decode(chunk as Buffer, { stream: true })}`.split('\n')
      rest = pieces.pop() ?? ''
      if (rest.length > LINE_LIMIT) throw new Unreadable(`a line is longer than ${LINE_LIMIT}`)
      const read = file.bytesRead - before
      before = file.bytesRead
      yield { lines: pieces, read }
    }
    rest += decoder.decode()
  } catch (error) {
    throw whyOf(error)
  } finally {
    file.destroy()
  }
  if (rest !== '') yield { lines: [rest], read: 0 }
}

function pipe(file: ReturnType<typeof createReadStream>) {
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  return file.pipe(gunzip)
}

function whyOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return new Unreadable('it is not UTF-8')
  if (code.startsWith('Z_')) return new Unreadable('it is not whole gzip')
  return error
}
