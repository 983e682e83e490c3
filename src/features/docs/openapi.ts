import type { RouterRoute } from 'hono/types'
import type { z } from 'zod'
import { version } from '../../../package.json'
import { API_KEY_HEADER } from '../../identity/api-keys/presented-key'
import { rolesWith } from '../../identity/credentials/permissions'
import { SESSION_COOKIE } from '../../platform/http/cookies'
import { type Facet, facetOf } from '../../platform/http/facets'
import { type LimitClass, limits, quotasOf } from '../../platform/http/rate-limit'
import type { Settings } from '../../platform/settings'
import { description as apiDescription, tags } from './api-texts'
import {
  type Answer,
  content,
  type JsonSchema,
  jsonSchema,
  problemAnswers,
  problemSchema,
  successAnswers,
} from './openapi-answers'

export type Operation = Readonly<{
  operationId: string
  tags: readonly string[]
  summary: string
  description?: string
  security: readonly Readonly<Record<string, readonly string[]>>[]
  parameters?: readonly Readonly<{
    name: string
    in: 'path' | 'query' | 'header'
    required: boolean
    description?: string
    schema: JsonSchema
  }>[]
  requestBody?: Readonly<{ required: true; content: Record<string, { schema: JsonSchema }> }>
  responses: Readonly<Record<string, Answer>>
  /** The roles that may call it; absent where no session is asked for. */
  'x-roles'?: readonly string[]
  'x-rate-limit'?: Readonly<{
    class: LimitClass
    quotas: readonly { limit: number; seconds: number }[]
  }>
}>

export type OpenApi = ReturnType<typeof openApiDocument>

type Config = Pick<Settings, 'PUBLIC_URL' | 'RATE_LIMITS'>

/**
 * The OpenAPI 3.1 document of the routes, made from what their handlers say of themselves: the
 * guard that refuses, the schema that validates, the limit that counts. So it cannot promise
 * anything else.
 */
export function openApiDocument(routes: readonly RouterRoute[], config: Config) {
  const paths: Record<string, Record<string, Operation>> = {}
  // `ALL` is middleware.
  const endpoints = routes.filter(({ method }) => method !== 'ALL')
  for (const [key, handlers] of Map.groupBy(endpoints, ({ method, path }) => `${method} ${path}`)) {
    const [method = '', routePath = ''] = key.split(' ')
    const path = documentedPath(routePath)
    const facets = handlers.flatMap(({ handler }) => facetOf(handler) ?? [])
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: operation(method, path, facets, config),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Phantom Security',
      version,
      summary: 'Accounts, sign-in in two steps and sessions, at the edge',
      description: apiDescription,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: config.PUBLIC_URL }],
    tags,
    paths,
    components: {
      securitySchemes: {
        bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        sessionCookie: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        apiKey: { type: 'apiKey', in: 'header', name: API_KEY_HEADER },
      },
      schemas: { Problem: problemSchema },
    },
  } as const
}

const schemes = {
  bearer: { bearerAuth: [] },
  cookie: { sessionCookie: [] },
  key: { apiKey: [] },
  none: {},
} as const

function operation(method: string, path: string, facets: Facet[], config: Config): Operation {
  // Each middleware speaks of its own part; only problems come from several.
  const facet: Facet = Object.assign({}, ...facets)
  const {
    summary = '',
    description,
    tag = '',
    body,
    upload,
    query,
    security = [],
    answers = {},
  } = facet
  const { permission } = facet
  const limit = isLimitClass(facet.limit) ? facet.limit : undefined
  const codes = new Set([
    ...facets.flatMap(({ problems = [] }) => problems),
    // Query strings (no-query.ts), and what can befall any route.
    ...(path.startsWith('/api/') ? (['invalid_request'] as const) : []),
    ...(['internal_error', 'service_unavailable'] as const),
  ])
  const parameters = [
    ...pathParameters(path),
    ...(query ? queryParameters(query) : []),
    ...(upload ? [fileName] : []),
  ]
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description && { description }),
    security: security.map((scheme) => schemes[scheme]),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: content(jsonSchema(body, 'input')) } }),
    ...(upload && { requestBody: { required: true, content: fileContent(upload) } }),
    responses: { ...successAnswers(answers, limit !== undefined), ...problemAnswers(codes) },
    ...(permission && { 'x-roles': rolesWith(permission) }),
    ...(limit && { 'x-rate-limit': { class: limit, quotas: quotasOf(config, limit) } }),
  }
}

const pathParameters = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(
    ([, name = '']) => ({ name, in: 'path', required: true, schema: { type: 'string' } }) as const,
  )

/** The bytes as they are: OpenAPI 3.1 gives them a media type and no schema. */
const fileContent = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: {} }]))

const fileName = {
  name: 'Content-Disposition',
  in: 'header',
  required: true,
  description: "The file’s name: `attachment; filename*=UTF-8''extract.pdf` (RFC 6266, RFC 8187)",
  schema: { type: 'string' },
} as const

function queryParameters(schema: z.ZodObject) {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input')
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    const isRequired = required.includes(name)
    return {
      name,
      in: 'query' as const,
      required: isRequired,
      ...(description && { description }),
      schema: rest,
    }
  })
}

const isLimitClass = (name: string | undefined): name is LimitClass =>
  name !== undefined && Object.hasOwn(limits, name)

/**
 * Hono's `:name{pattern}` as OpenAPI's `{name}`; endpoints end in a slash, files and pages do not.
 */
function documentedPath(path: string): string {
  const named = path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
  return /^\/api\/[^.]+[^./]$/.test(named) ? `${named}/` : named
}

/**
 * `POST /api/auth/verify-2fa/` → `postAuthVerify2fa`: stable, since generated clients are named by
 * it.
 */
function operationId(method: string, path: string): string {
  const words = path.replace(/^\/api\//, '').match(/[a-z0-9]+/gi) ?? ['home']
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}
