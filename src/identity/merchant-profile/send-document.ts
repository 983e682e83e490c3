import type { Context } from 'hono'
import type { AppEnv } from '../../platform/deps'
import { attachment } from '../../platform/http/content-disposition'
import { type DocumentType, fileTypes } from './file-types'

type OpenDocument = Readonly<{
  name: string
  type: DocumentType
  bytes: number
  body: ReadableStream<Uint8Array>
}>

/**
 * A file that somebody else chose, as one to save: with the answers' own policy (`sandbox`,
 * nosniff; platform/http/security-headers.ts) it runs nothing on our origin even where it is
 * opened.
 */
export function sendDocument(c: Context<AppEnv>, { name, type, bytes, body }: OpenDocument) {
  const [extension] = fileTypes[type].extensions
  return c.body(body, 200, {
    'Content-Type': type,
    'Content-Length': String(bytes),
    'Content-Disposition': attachment(name, `document.${extension}`),
  })
}
