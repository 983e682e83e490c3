import { problem } from '../problems'

/** More than the longest request of this service, a sign-up with a whole business profile. */
export const MAX_BODY_BYTES = 16 * 1024

/**
 * `application/json`, alone or in UTF-8. A page of another site can send forms and plain text to us
 * without asking (CORS "simple requests"), but not this; two types in one header do not match either.
 */
const JSON_TYPE = /^application\/json\s*(?:;\s*charset=(?:utf-8|"utf-8")\s*)?$/i

/** Refuses a body that is not announced as plain JSON. Packed ones too: a small one unpacks to gigabytes. */
export function requireJsonType(headers: Headers): void {
  const isJson = JSON_TYPE.test(headers.get('Content-Type') ?? '')
  if (!isJson || headers.has('Content-Encoding')) {
    throw problem('unsupported_media_type', { headers: { Accept: 'application/json' } })
  }
}

/**
 * The bytes of a body, up to the limit. They are counted as they arrive, whatever `Content-Length`
 * says or does not say; an honest length that is too large is refused before a byte is read.
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  if (Number(request.headers.get('Content-Length')) > MAX_BODY_BYTES)
    throw problem('content_too_large')
  if (!request.body) return new Uint8Array()
  const bytes = new Uint8Array(MAX_BODY_BYTES)
  let length = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return bytes.subarray(0, length)
    if (length + value.byteLength > MAX_BODY_BYTES) {
      await reader.cancel()
      throw problem('content_too_large')
    }
    bytes.set(value, length)
    length += value.byteLength
  }
}
