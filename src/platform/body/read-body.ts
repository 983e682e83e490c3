import { withTimeout } from '../call-store'
import { messageOf } from '../error-text'
import { problem, problemCode } from '../problems'

/** More than the longest request of this service, a sign-up with a whole business profile. */
const MAX_BODY_BYTES = 16 * 1024

/**
 * `application/json`, alone or in UTF-8. A page of another site can send forms and plain text to us
 * without asking (CORS "simple requests"), but not this; two types in one header do not match
 * either.
 */
const JSON_TYPE = /^application\/json\s*(?:;\s*charset=(?:utf-8|"utf-8")\s*)?$/i

/**
 * Refuses a body that is not announced as plain JSON. Packed ones too: a small one unpacks to
 * gigabytes.
 */
export function requireJsonType(headers: Headers): void {
  const isJson = JSON_TYPE.test(headers.get('Content-Type') ?? '')
  if (!isJson || headers.has('Content-Encoding')) {
    throw problem('unsupported_media_type', { headers: { Accept: 'application/json' } })
  }
}

/**
 * The bytes of a body, up to the limit. They are counted as they arrive, whatever `Content-Length`
 * says or does not say; an honest length that is too large is refused before a byte is read.
 *
 * @param ms How long it may keep us waiting, in milliseconds.
 */
export async function readBody(request: Request, ms: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('Content-Length'))
  if (announced > MAX_BODY_BYTES) throw problem('content_too_large')
  const bytes = new Uint8Array(MAX_BODY_BYTES)
  let length = 0
  for await (const chunk of chunksOf(request.body, ms)) {
    if (length + chunk.byteLength > MAX_BODY_BYTES) throw problem('content_too_large')
    bytes.set(chunk, length)
    length += chunk.byteLength
  }
  if (length < announced) throw cutOff(`${length} of ${announced} bytes`)
  return bytes.subarray(0, length)
}

/**
 * A body as it comes, piece by piece, the one way to read one. What goes wrong with it is its
 * sender's doing and no fault of ours: a body that breaks off or is framed badly is a 400, one that
 * keeps us waiting too long a 408 (RFC 9110 §15.5.9). What the reader does between two pieces does
 * not count. A body that is not read to its end is given up.
 *
 * @param ms How long it may keep us waiting in all, in milliseconds.
 */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  ms: number,
): AsyncGenerator<Uint8Array, void> {
  if (!body) return
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  let left = ms
  try {
    for (;;) {
      const askedAt = performance.now()
      const { done, value } = await withTimeout(left, () => reader.read().catch(brokenOff)).catch(
        late(ms),
      )
      if (done) return
      left -= performance.now() - askedAt
      yield value
    }
  } finally {
    // Not waited for: a sender who sends nothing would be.
    reader.cancel().catch(() => {})
  }
}

function brokenOff(error: unknown): never {
  throw cutOff(messageOf(error))
}

const cutOff = (what: string) =>
  problem('invalid_request', {
    reason: `body cut off: ${what}`,
    errors: [{ pointer: '#', code: 'cut_off', detail: 'the body has ended before it was whole' }],
  })

const late = (ms: number) => (error: unknown) => {
  if (problemCode(error)) throw error
  throw problem('request_timeout', { reason: `body not here after ${ms} ms` })
}
