import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import type { AppEnv } from '../deps'
import { withFacet } from '../http/facets'
import { problem } from '../problems'
import { fieldErrors, inPlainWords } from './field-errors'
import { jsonPointer } from './json-pointer'
import { readBody, requireJsonType } from './read-body'
import { parseStrictJson } from './strict-json'

/**
 * What a validated body adds to the types of its route: hono's client sees `in`, the handler `out`.
 */
type JsonBody<S extends z.ZodType> = { in: { json: z.input<S> }; out: { json: z.output<S> } }

/** What a validated query string adds to the types of its route. */
type Query<S extends z.ZodObject> = {
  in: { query: Partial<Record<keyof z.input<S> & string, string>> }
  out: { query: z.output<S> }
}

/**
 * Takes these parameters from the URL, each once, and no other; never a secret. The schema is
 * strict and reads texts; `errors[].pointer` names a parameter as it would a field. Not by the
 * validator of the framework, which does not see a parameter named `__proto__`.
 */
export function query<S extends z.ZodObject>(
  schema: S,
): MiddlewareHandler<AppEnv, string, Query<S>> {
  const facet = { query: schema, problems: ['invalid_request'] as const }
  return withFacet(facet, async function query(c, next) {
    const given = [...new URL(c.req.url).searchParams]
    const twice = given.find(([name], at) => given.findIndex(([other]) => other === name) !== at)
    if (twice) {
      const error = { pointer: jsonPointer([twice[0]]), detail: 'given more than once' }
      throw problem('invalid_request', { errors: [error] })
    }
    const result = schema.safeParse(Object.fromEntries(given), { error: inPlainWords })
    if (!result.success) {
      throw problem('invalid_request', { errors: fieldErrors(result.error.issues) })
    }
    c.req.addValidatedData('query', result.data)
    return next()
  })
}

/**
 * Takes a JSON body of this shape and nothing else. The schema is strict, so a field that nobody
 * reads is a mistake that the caller hears about. The handler finds the body in
 * `c.req.valid('json')`.
 */
export function body<S extends z.ZodType>(
  schema: S,
): MiddlewareHandler<AppEnv, string, JsonBody<S>> {
  const facet = {
    body: schema,
    problems: [
      'invalid_request',
      'malformed_json',
      'request_timeout',
      'content_too_large',
      'unsupported_media_type',
    ] as const,
  }
  const shape: z.ZodType = schema
  const validate: MiddlewareHandler = zValidator('json', shape, refuseFaults, {
    validationFunction: (_schema, value) => shape.safeParseAsync(value, { error: inPlainWords }),
  })
  return withFacet(facet, async function body(c, next) {
    await takeStrictJson(c)
    return validate(c, next)
  })
}

type Result = { success: true } | { success: false; error: z.core.$ZodError }

function refuseFaults(result: Result): void {
  if (result.success) return
  throw problem('invalid_request', { errors: fieldErrors(result.error.issues) })
}

/** Reads the body as JSON of one meaning, and hands its text to whatever asks Hono for the body. */
async function takeStrictJson(c: Context<AppEnv>): Promise<void> {
  requireJsonType(c.req.raw.headers)
  const json = parseStrictJson(await arrived(c))
  if (json.status === 'malformed') throw problem('malformed_json')
  if (json.status === 'refused') throw problem('invalid_request', { errors: [json.error] })
  Object.assign(c.req.bodyCache, { text: Promise.resolve(json.text) })
}

/** The body of a request. The time it takes to arrive is not taken from what the rest may take. */
async function arrived({ req, var: { deps, extendDeadline } }: Context<AppEnv>) {
  const { body: patience, request } = deps.patience
  extendDeadline(patience + request)
  const bytes = await readBody(req.raw, patience)
  extendDeadline(request)
  return bytes
}
