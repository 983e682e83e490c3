import * as z from 'zod'
import { merchantDocuments } from '../../platform/db/merchant-schema'
import { plainText } from '../../platform/text/display-name'
import { type DocumentType, documentTypes, fileTypes } from './file-types'

/** A document as the API shows it. */
export const documentEntry = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(documentTypes),
  bytes: z.int(),
  sha256: z.string().describe('Of the content, hexadecimal, as `sha256sum` prints it'),
  stored_at: z.iso.datetime(),
})

export type DocumentEntry = z.output<typeof documentEntry>

/** The columns of a query that make an entry, of documents that are stored. */
export const entryColumns = {
  id: merchantDocuments.id,
  name: merchantDocuments.name,
  type: merchantDocuments.type,
  bytes: merchantDocuments.bytes,
  sha256: merchantDocuments.sha256,
  storedAt: merchantDocuments.storedAt,
}

type EntryRow = Pick<typeof merchantDocuments.$inferSelect, keyof typeof entryColumns>

/** Nothing for an upload that still runs: it has no size, no hash and no time. */
export const entryOf = ({ bytes, sha256, storedAt, ...row }: EntryRow): DocumentEntry[] =>
  bytes === null || sha256 === null || storedAt === null
    ? []
    : [
        {
          ...row,
          bytes,
          sha256: Buffer.from(sha256, 'base64url').toString('hex'),
          stored_at: storedAt.toISOString(),
        },
      ]

/**
 * What leads out of a directory, or names a device or a stream, on some system that saves the file.
 */
const PATH_MARKS = /[\\/:*?"<>|]|^\.|[. ]$/

const fileName = plainText(100).refine((name) => !PATH_MARKS.test(name))

/** Whether a file may have this name: it is shown, and a reviewer's browser saves under it. */
export function isFileName(name: string, type: DocumentType): boolean {
  const extensions: readonly string[] = fileTypes[type].extensions
  const [, extension = ''] = /.\.([a-z]+)$/.exec(name.toLowerCase()) ?? []
  return fileName.safeParse(name).success && extensions.includes(extension)
}
