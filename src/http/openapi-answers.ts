import * as z from 'zod'
import type { FacetAnswer } from '../platform/http/facets'
import { type ProblemCode, problems } from '../platform/problems'

export type JsonSchema = z.core.JSONSchema.BaseSchema
type Content = Readonly<Record<string, { schema: JsonSchema }>>
type Headers = Readonly<Record<string, { description: string; schema: JsonSchema }>>
export type Answer = Readonly<{ description: string; headers?: Headers; content?: Content }>

/** The schema of what travels: `input` before defaults and transforms, `output` after them. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

export const content = (schema: JsonSchema, type = 'application/json'): Content => ({
  [type]: { schema },
})

export const problemSchema: JsonSchema = {
  type: 'object',
  description: 'RFC 9457. Branch on `code`.',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string', description: '`urn:phantom:problem:` and the code' },
    title: { type: 'string', description: 'For people; may change' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems) },
    detail: { type: 'string', description: 'What to do about it, for people; may change' },
    errors: {
      type: 'array',
      description: 'What is wrong with which field',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON Pointer into the body (RFC 6901 §6)' },
          detail: { type: 'string' },
          code: { type: 'string' },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
}

const text = (description: string) => ({ description, schema: { type: 'string' as const } })

const rateHeaders = {
  'RateLimit-Policy': text('The quotas, `"name";q=limit;w=seconds`'),
  RateLimit: text('What is left of them, `"name";r=left;t=seconds`'),
}

/** The good answers of a route. */
export const successAnswers = (
  answers: Readonly<Record<number, FacetAnswer>>,
  isLimited: boolean,
): Record<string, Answer> =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, type }]) => [
      status,
      {
        description,
        ...(isLimited && { headers: rateHeaders }),
        ...(schema && { content: content(jsonSchema(schema, 'output'), type) }),
      },
    ]),
  )

/** The refusals of a route, by status: each names the codes that can be behind it. */
export function problemAnswers(codes: Iterable<ProblemCode>): Record<string, Answer> {
  const byStatus = Map.groupBy(codes, (code) => problems[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\`: ${problems[code].title}`).join('; '),
        ...headersOf(status),
        content: content(
          {
            allOf: [
              { $ref: '#/components/schemas/Problem' },
              { properties: { status: { const: status }, code: { enum: group } } },
            ],
          },
          'application/problem+json',
        ),
      },
    ]),
  )
}

function headersOf(status: number): { headers?: Headers } {
  if (status === 401) {
    return { headers: { 'WWW-Authenticate': text('The scheme to use (RFC 6750)') } }
  }
  if (status === 429) {
    return { headers: { 'Retry-After': text('Seconds to wait'), ...rateHeaders } }
  }
  return {}
}
