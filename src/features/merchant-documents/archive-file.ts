import type { DocumentType } from '../../identity/merchant-profile/file-types'
import { chunksOf } from '../../platform/body/read-body'
import type { Deps } from '../../platform/deps'
import { messageOf } from '../../platform/error-text'
import { problem, problemCode } from '../../platform/problems'
import { type Inspected, inspectFile } from './inspect-file'

type File = Readonly<{ type: DocumentType; length: number; body: ReadableStream<Uint8Array> }>

/**
 * Streams a file into the archive, each chunk looked at before it goes on, so that a file of any
 * size costs the memory of one chunk, and what does not begin as it should reaches the archive not
 * at all. Whatever fails ends both sides; there may be an object then, which is the caller's to
 * remove.
 */
export async function archiveFile(
  { archive, patience }: Pick<Deps, 'archive' | 'patience'>,
  key: string,
  { type, length, body }: File,
): Promise<Inspected> {
  const { readable, writable } = new FixedLengthStream(length)
  const writer = writable.getWriter()
  const inspector = inspectFile(type, length)
  let stored: Promise<unknown> | undefined
  try {
    for await (const chunk of chunksOf(body, patience.file)) {
      inspector.take(chunk)
      stored ??= archive.put(key, readable, { httpMetadata: { contentType: type } }).catch(isDown)
      // A put that fails takes no more chunks, and the write would wait for ever.
      await Promise.race([writer.write(chunk), stored])
    }
    const inspected = inspector.end()
    await Promise.all([writer.close(), stored])
    return inspected
  } catch (error) {
    // It has ended when this is done, so that nothing is written after it was removed.
    const [, end] = await Promise.allSettled([writer.abort(error), stored])
    // A put that fails ends its stream first, and the write with an error that says nothing.
    if (!problemCode(error) && end.status === 'rejected') throw end.reason
    throw error
  }
}

function isDown(error: unknown): never {
  throw problem('service_unavailable', { reason: `archive: ${messageOf(error)}` })
}
