/** What a document may be, and how its bytes begin and end. */
type FileType = Readonly<{
  extensions: readonly string[]
  /** Of the first bytes and of the last, one character a byte. */
  begins: (head: string) => boolean
  ends: (tail: string) => boolean
}>

/** Bytes that a beginning is told by. */
export const HEAD_BYTES = 16
/** Bytes that an end is told by. */
export const TAIL_BYTES = 1024

/**
 * Told by the content, never by the name. A file that has to begin and to end as one type is at
 * best that type with something hidden in its middle: nothing can be put before it (HTML, a
 * program) or hung on to it. Only an archive is read from its end and may end in anything
 * (archive-end.ts).
 */
export const fileTypes = {
  'application/pdf': {
    extensions: ['pdf'],
    begins: (head) => /^%PDF-[12]\.\d/.test(head),
    // ISO 32000 ends a file so; writers add line ends, and some a NUL.
    ends: (tail) => /%%EOF[\s\0]*$/.test(tail),
  },
  'image/png': {
    extensions: ['png'],
    // The signature and the first chunk, which is IHDR (W3C PNG, 5.2 and 5.6), then the last chunk.
    begins: (head) => head.startsWith('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
    ends: (tail) => tail.endsWith('\0\0\0\0IEND\xae\x42\x60\x82'),
  },
  'image/jpeg': {
    extensions: ['jpg', 'jpeg'],
    // SOI and the marker of a segment, then EOI (ITU-T T.81, B.1.1.3).
    begins: (head) => /^\xff\xd8\xff[\xc0-\xfe]/.test(head),
    ends: (tail) => tail.endsWith('\xff\xd9'),
  },
} as const satisfies Record<string, FileType>

export type DocumentType = keyof typeof fileTypes

export const documentTypes = Object.keys(fileTypes) as DocumentType[]
