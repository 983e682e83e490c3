import type { Deps } from '../context'
import { messageOf } from '../error-text'
import { problem } from '../problems'
import type { DocumentType } from './file-types'
import { type Inspected, inspectFile } from './inspect-file'

type File = Readonly<{ type: DocumentType; length: number; body: ReadableStream<Uint8Array> }>

/**
 * Streams a file into the archive, each chunk looked at before it goes on, so that a file of any size
 * costs the memory of one chunk, and what does not begin as it should reaches the archive not at all.
 * Whatever fails ends both sides; there may be an object then, which is the caller's to remove.
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
  let stored: Promise<unknown> | undefined
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(brokenOff)
      if (done) break
      inspector.take(value)
      stored ??= archive.put(key, readable, { httpMetadata: { contentType: type } }).catch(isDown)
      // A put that fails takes no more chunks, and the write would wait for ever.
      await Promise.race([writer.write(value), stored])
    }
    const inspected = inspector.end()
    await Promise.all([writer.close(), stored])
    return inspected
  } catch (error) {
    // Both sides have ended when this is done, so that nothing is written after it was removed.
    await Promise.allSettled([reader.cancel(error), writer.abort(error), stored])
    throw error
  }
}

function brokenOff(error: unknown): never {
  throw problem('invalid_request', { reason: `upload broke off: ${messageOf(error)}` })
}

function isDown(error: unknown): never {
  throw problem('service_unavailable', { reason: `archive: ${messageOf(error)}` })
}
