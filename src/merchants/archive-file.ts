import type { Deps } from '../context'
import { problem } from '../problems'
import type { DocumentType } from './file-types'
import { type Inspected, inspectFile } from './inspect-file'

type File = Readonly<{ type: DocumentType; length: number; body: ReadableStream<Uint8Array> }>

/**
 * Streams a file into the archive, each chunk looked at before it goes on, so that a file of any size
 * costs the memory of one chunk. Whatever fails first ends both sides, with its own reason; there may be
 * an object then, which is the caller's to remove.
 */
export async function archiveFile(
  { archive }: Pick<Deps, 'archive'>,
  key: string,
  { type, length, body }: File,
): Promise<Inspected> {
  const { readable, writable } = new FixedLengthStream(length)
  const reader = body.getReader()
  const writer = writable.getWriter()
  const inspector = inspectFile(type, length)

  async function pump(): Promise<Inspected> {
    for (;;) {
      const { done, value } = await reader.read().catch(brokenOff)
      if (done) break
      inspector.take(value)
      await writer.write(value)
    }
    const inspected = inspector.end()
    await writer.close()
    return inspected
  }
  const stored = archive.put(key, readable, { httpMetadata: { contentType: type } }).catch(isDown)
  const pumped = pump()
  try {
    const [inspected] = await Promise.all([pumped, stored])
    return inspected
  } catch (error) {
    await stop(error, [pumped, stored])
    throw error
  }

  /** Both sides have ended when this is done, so that nothing is written after it was removed. */
  async function stop(error: unknown, sides: readonly Promise<unknown>[]) {
    void reader.cancel(error).catch(() => {})
    void writer.abort(error).catch(() => {})
    await Promise.allSettled(sides)
  }
}

function brokenOff(error: unknown): never {
  throw problem('invalid_request', { reason: `upload broke off: ${String(error)}` })
}

function isDown(error: unknown): never {
  throw problem('service_unavailable', { reason: `archive: ${String(error)}` })
}
