/** How the record begins that a reader of ZIP files looks for from the end (APPNOTE 4.3.16). */
const SIGNATURE = Buffer.from('PK\x05\x06', 'latin1')
/** Its length without the comment, the last field, whose length is in the two bytes before it. */
const RECORD_BYTES = 22
/** The record and the longest comment: readers look no further from the end. */
const SEARCHED_BYTES = RECORD_BYTES + 0xffff

/**
 * Looks for an archive in a file of a known length as its bytes pass. The comment of an archive may
 * be anything, so it may end as a document has to end. Of a chunk only what lies in the last 65,557
 * bytes of the file is looked at, and 21 bytes are kept.
 */
export function archiveEnd(length: number) {
  let seen = 0
  let kept = Buffer.alloc(0)
  return {
    isIn(chunk: Uint8Array): boolean {
      const unsearched = Math.max(0, length - SEARCHED_BYTES - seen)
      seen += chunk.byteLength
      const window = Buffer.concat([kept, chunk.subarray(unsearched)])
      kept = Buffer.from(window.subarray(-(RECORD_BYTES - 1)))
      const last = window.length - RECORD_BYTES
      for (let at = find(window, 0); at !== -1 && at <= last; at = find(window, at + 1)) {
        const bytesToEnd = length - (seen - window.length) - at
        if (isRecord(window.subarray(at), bytesToEnd)) return true
      }
      return false
    },
  }
}

const find = (window: Buffer, from: number) => window.indexOf(SIGNATURE, from)

/**
 * Some readers take bytes that follow the comment, so a record is one as well where its comment is
 * too short. Then the number of entries, which stands there twice, tells it from four bytes by
 * chance.
 */
function isRecord(record: Buffer, bytesToEnd: number): boolean {
  const end = RECORD_BYTES + record.readUInt16LE(20)
  const isCounted = record.readUInt16LE(8) === record.readUInt16LE(10)
  return end === bytesToEnd || (end < bytesToEnd && isCounted)
}
