import { Validator, type Schema } from '@cfworker/json-schema'
import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app'
import { openApiDocument, type Operation } from '../../src/http/openapi'
import { problems } from '../../src/problems'
import { settings } from '../../src/settings'

type Received = { status: number; headers: Headers; text: string }

const document = openApiDocument(createApp().routes, settings(env))
const validators = new Map<object, Validator>()

/**
 * Every answer that a test receives must be one that the OpenAPI document promises for its route:
 * the status, the type and the shape. For paths and methods that do not exist it must be a problem.
 */
export function checkAnswer(method: string, path: string, answer: Received): void {
  const operation = operationOf(method, path)
  const promised = operation?.responses[String(answer.status)]
  const where = `${method} ${path.split('?')[0]} ${answer.status}`
  if (operation && !promised) throw new Error(`${where} is not in the document: ${answer.text}`)
  const [type, content] = Object.entries(promised?.content ?? {})[0] ?? []
  if (promised && !type) {
    if (answer.text !== '') throw new Error(`${where} promises no body: ${answer.text}`)
    return
  }
  const expectedType = type ?? 'application/problem+json'
  const receivedType = answer.headers.get('Content-Type') ?? ''
  if (method === 'HEAD' && answer.text === '') return
  if (!receivedType.startsWith(expectedType)) {
    throw new Error(`${where} promises ${expectedType}, came as ${receivedType}`)
  }
  if (!expectedType.includes('json')) return
  const schema = content?.schema ?? document.components.schemas.Problem
  const { valid, errors } = validatorOf(schema).validate(JSON.parse(answer.text))
  if (!valid) throw new Error(`${where} is not as documented: ${JSON.stringify(errors)}`)
}

function validatorOf(schema: object): Validator {
  const known = validators.get(schema)
  if (known) return known
  // References point into the document, so the document is the schema's root.
  const rooted = { ...schema, components: document.components } as unknown as Schema
  const validator = new Validator(rooted, '2020-12')
  validators.set(schema, validator)
  return validator
}

function operationOf(method: string, path: string): Operation | undefined {
  const [bare = ''] = path.split('?')
  const wanted = bare.replace(/\/$/, '')
  const entry = Object.entries(document.paths).find(([template]) => {
    const pattern = template.replace(/\/$/, '').replace(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')
    return new RegExp(`^${pattern}$`).test(wanted)
  })
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
  return entry?.[1][verb]
}

/** The codes that no documented route names. A code that nobody can receive is a dead one. */
export function undocumentedCodes(): string[] {
  const text = JSON.stringify(document)
  return Object.keys(problems).filter((code) => !text.includes(`\`${code}\``))
}
