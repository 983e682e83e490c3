import type { MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import type { AppEnv } from '../context'
import { problem } from '../problems'
import { withFacet } from './facets'
import { fieldErrors, inPlainWords } from './field-errors'
import { readBody, requireJsonType } from './read-body'
import { parseStrictJson } from './strict-json'

/** What a validated body adds to the types of its route: hono's client sees `in`, the handler `out`. */
type JsonBody<S extends z.ZodType> = { in: { json: z.input<S> }; out: { json: z.output<S> } }

/**
 * Takes a JSON body of this shape and nothing else. The schema is strict, so a field that nobody reads
 * is a mistake that the caller hears about. The handler finds the body in `c.req.valid('json')`.
 */
export function body<S extends z.ZodType>(
  schema: S,
): MiddlewareHandler<AppEnv, string, JsonBody<S>> {
  const facet = {
    body: schema,
    problems: [
      'invalid_request',
      'malformed_json',
      'content_too_large',
      'unsupported_media_type',
    ] as const,
  }
  return withFacet(facet, async function body(c, next) {
    requireJsonType(c.req.raw.headers)
    const json = parseStrictJson(await readBody(c.req.raw))
    if (json.status === 'malformed') throw problem('malformed_json')
    if (json.status === 'refused') throw problem('invalid_request', { errors: [json.error] })
    const result = schema.safeParse(json.value, { error: inPlainWords })
    if (!result.success) {
      throw problem('invalid_request', { errors: fieldErrors(result.error.issues) })
    }
    c.req.addValidatedData('json', result.data as object)
    return next()
  })
}
