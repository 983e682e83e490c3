import type { Context } from 'hono'
import { sha256 } from '../crypto/token'
import type { AppEnv } from '../deps'

/** A text that everybody gets, the same until the next deployment, with the tag of its version. */
export type PublicText = Readonly<{ bytes: Uint8Array<ArrayBuffer>; type: string; etag: string }>

export const publicText = (text: string, type: string): PublicText => ({
  bytes: Uint8Array.from(Buffer.from(text)),
  type,
  etag: `"${sha256(text)}"`,
})

/** Serves it, or says that the caller's copy is current (RFC 9110 §13.1.2). */
export function servePublicText(c: Context<AppEnv>, { bytes, type, etag }: PublicText): Response {
  const headers = { 'Cache-Control': 'public, max-age=300', ETag: etag }
  // Weakly: an edge that compresses the answer makes the tag a weak one.
  const tags = c.req.header('If-None-Match')?.split(',') ?? []
  const isCurrent = tags.some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
  if (isCurrent) return c.body(null, 304, headers)
  return c.body(bytes, 200, { ...headers, 'Content-Type': type })
}
