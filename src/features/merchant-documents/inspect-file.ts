import { createHash } from 'node:crypto'
import {
  type DocumentType,
  fileTypes,
  HEAD_BYTES,
  TAIL_BYTES,
} from '../../identity/merchant-profile/file-types'
import { problem } from '../../platform/problems'
import { archiveEnd } from './archive-end'

/** What a file turned out to be. */
export type Inspected = Readonly<{ bytes: number; sha256: string }>

/** One character a byte, for the patterns of file-types.ts. */
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

const rejected = (code: string, detail: string) =>
  problem('document_rejected', { errors: [{ pointer: '#', code, detail }] })

/**
 * Looks at the bytes of a file as they pass, a chunk at a time and none of it kept: counts, hashes,
 * and refuses what is not of the type or the length that its headers claim, or is an archive as
 * well.
 */
export function inspectFile(type: DocumentType, length: number) {
  const { begins, ends } = fileTypes[type]
  const archive = archiveEnd(length)
  const hash = createHash('sha256')
  let bytes = 0
  let head = ''
  let tail = ''
  return {
    /** Throws once it is certain that the file will not do. */
    take(chunk: Uint8Array): void {
      bytes += chunk.byteLength
      if (bytes > length) throw rejected('length', 'is longer than Content-Length says')
      if (head.length < HEAD_BYTES) {
        head += latin1(chunk.subarray(0, HEAD_BYTES - head.length))
        if (head.length === HEAD_BYTES && !begins(head)) throw notOfType()
      }
      tail = (tail + latin1(chunk.subarray(-TAIL_BYTES))).slice(-TAIL_BYTES)
      if (archive.isIn(chunk)) throw rejected('type', 'is an archive as well')
      hash.update(chunk)
    },

    end(): Inspected {
      if (bytes < length) throw rejected('length', 'is shorter than Content-Length says')
      if (!begins(head) || !ends(tail)) throw notOfType()
      return { bytes, sha256: hash.digest('base64url') }
    },
  }

  function notOfType() {
    return rejected('type', `does not begin and end as ${type} does`)
  }
}
