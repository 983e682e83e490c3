import { Validator } from '@cfworker/json-schema'
import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app'
import { openApiDocument, type Operation } from '../../src/features/docs/openapi'
import type {
  Answer as DocumentedAnswer,
  JsonSchema,
} from '../../src/features/docs/openapi-answers'
import { settings } from '../../src/platform/settings'
import type { Answer } from './app'

const api = openApiDocument(createApp().routes, settings(env))

/**
 * What may be answered where no route is: nothing there, another method, a query, a preflight, a
 * fault.
 */
const OFF_ROUTE = new Set([204, 400, 404, 405, 500, 503])

/**
 * Every answer that a test receives must be one that the OpenAPI document promises, under the
 * headers that every answer has. Throws when it is not.
 */
export function checkAnswer(method: string, path: string, answer: Answer): void {
  const where = `${method} ${path} → ${answer.status}`
  checkHeaders(where, answer)
  const operation = operationOf(method, path)
  if (!operation) {
    if (!OFF_ROUTE.has(answer.status)) throw new Error(`${where}: no route, but this answer`)
    if (answer.status >= 400 && method !== 'HEAD')
      checkSchema(where, answer, { $ref: '#/components/schemas/Problem' })
    return
  }
  const documented = operation.responses[String(answer.status)]
  if (!documented) throw new Error(`${where}: a status that is not in the document. ${answer.text}`)
  checkBody(where, method, answer, documented)
}

function operationOf(method: string, path: string): Operation | undefined {
  const plain = decodeURI(new URL(path, 'https://auth.phantom.test').pathname).replace(
    /(?<=.)\/$/,
    '',
  )
  const of = (methods: Partial<Record<string, Operation>> | undefined) => {
    if (method !== 'HEAD') return methods?.[method.toLowerCase()]
    // It is taken where anybody may GET, and nowhere else (platform/http/methods.ts).
    return methods?.['get']?.security.length === 0 ? methods['get'] : undefined
  }
  // `/api-keys/{id}/` has the form of `/api-keys/verify/` as well.
  const own = plain.endsWith('/') ? undefined : (api.paths[plain] ?? api.paths[`${plain}/`])
  if (own) return of(own)
  for (const [template, methods] of Object.entries(api.paths)) {
    const pattern = template
      .replace(/(?<=.)\/$/, '')
      .replaceAll('.', '\\.')
      .replace(/\{\w+\}/g, '[\\w.-]+')
    if (new RegExp(`^${pattern}$`).test(plain)) return of(methods)
  }
  return undefined
}

function checkBody(where: string, method: string, answer: Answer, documented: DocumentedAnswer) {
  for (const name of Object.keys(documented.headers ?? {})) {
    if (!answer.headers.has(name)) throw new Error(`${where}: lacks ${name}`)
  }
  if (method === 'HEAD' || !documented.content) {
    if (answer.text !== '') throw new Error(`${where}: a body where none is promised`)
    return
  }
  const type = answer.headers.get('Content-Type')?.split(';')[0] ?? ''
  const content = documented.content[type] ?? documented.content['*/*']
  if (!content) throw new Error(`${where}: ${type || 'no type'} is not in the document`)
  if (/\bjson$/.test(type)) checkSchema(where, answer, content.schema)
}

function checkSchema(where: string, { text }: Answer, schema: JsonSchema) {
  const validator = new Validator({ ...schema, components: api.components } as object, '2020-12')
  const { valid, errors } = validator.validate(JSON.parse(text))
  if (!valid) throw new Error(`${where}: ${text} is not as documented: ${JSON.stringify(errors)}`)
}

function checkHeaders(where: string, { status, headers }: Answer) {
  const expected: Record<string, RegExp> = {
    'X-Content-Type-Options': /^nosniff$/,
    'Strict-Transport-Security': /^max-age=63072000; includeSubDomains; preload$/,
    'Content-Security-Policy': /default-src 'none'.*frame-ancestors 'none'/,
    'Referrer-Policy': /^no-referrer$/,
    'Cross-Origin-Resource-Policy': /^same-origin$/,
    'Cache-Control': status >= 400 ? /^no-store$/ : /^(no-store|public, max-age=\d+)$/,
    'X-Request-Id': /^req_[\w-]{22}$/,
    Vary: /\bOrigin\b/,
    ...(status === 401 && { 'WWW-Authenticate': /^Bearer / }),
    ...(status === 405 && { Allow: /^[A-Z, ]+$/ }),
    ...(status === 429 && { 'Retry-After': /^[1-9]\d*$/ }),
  }
  for (const [name, pattern] of Object.entries(expected)) {
    const value = headers.get(name) ?? ''
    if (!pattern.test(value)) throw new Error(`${where}: ${name} is ${JSON.stringify(value)}`)
  }
  const cookies = headers.getSetCookie()
  const isPublic = headers.get('Cache-Control')?.startsWith('public')
  if (isPublic && cookies.length > 0) throw new Error(`${where}: a cookie in a public answer`)
  for (const cookie of cookies) {
    if (
      !/^__Host-[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict(; Max-Age=\d+)?$/.test(cookie)
    ) {
      throw new Error(`${where}: cookie ${cookie.split('=')[0] ?? ''} lacks a protection`)
    }
  }
}
