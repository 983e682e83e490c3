import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../deps'
import { fileNameOf } from '../http/content-disposition'
import { withFacet } from '../http/facets'
import { problem } from '../problems'

/** What the headers say of a file that is on its way. Nothing of it is proved yet. */
export type FileHead<T extends string = string> = Readonly<{
  type: T
  name: string
  length: number
}>

type FileHeaders<T extends string> = {
  in: { header: { 'content-disposition': string } }
  out: { header: FileHead<T> }
}

/**
 * Takes a file as the body: one of these media types, of a length that is known before it is read,
 * with its name in `Content-Disposition`. The handler finds that in `c.req.valid('header')` and
 * reads the bytes itself.
 */
export function upload<T extends string>(
  types: readonly T[],
  maxBytes: number,
): MiddlewareHandler<AppEnv, string, FileHeaders<T>> {
  const facet = {
    upload: types,
    problems: [
      'invalid_request',
      'request_timeout',
      'length_required',
      'content_too_large',
      'unsupported_media_type',
    ] as const,
  }
  return withFacet(facet, async function upload(c, next) {
    const claimed = c.req.header('Content-Type')?.toLowerCase()
    const type = types.find((known) => known === claimed)
    if (!type || c.req.header('Content-Encoding') !== undefined) {
      throw problem('unsupported_media_type', { headers: { Accept: types.join(', ') } })
    }
    const length = c.req.header('Content-Length')
    if (length === undefined || !/^\d{1,15}$/.test(length)) throw problem('length_required')
    if (Number(length) > maxBytes) throw problem('content_too_large')
    const name = fileNameOf(c.req.header('Content-Disposition') ?? '')
    if (name === undefined) {
      const detail = 'Content-Disposition must be attachment, with the name of the file'
      throw problem('invalid_request', { errors: [{ pointer: '#', code: 'file_name', detail }] })
    }
    c.req.addValidatedData('header', { type, name, length: Number(length) })
    const { file, request } = c.var.deps.patience
    c.var.extendDeadline(file + request)
    return next()
  })
}
