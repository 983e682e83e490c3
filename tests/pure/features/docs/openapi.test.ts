import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import { createApp } from '../../../../src/app'
import { openApiDocument } from '../../../../src/features/docs/openapi'

const { routes } = createApp()
const api = openApiDocument(routes, {
  PUBLIC_URL: 'https://auth.phantom.test',
  RATE_LIMITS: { refresh: [[7, 60]] },
})
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

test('the document passes redocly without an error or a warning', ({ expect }) => {
  const file = join(mkdtempSync(join(tmpdir(), 'openapi-')), 'openapi.json')
  writeFileSync(file, JSON.stringify(api))
  const { stdout, stderr, status } = spawnSync(
    'node_modules/.bin/redocly',
    ['lint', file, '--config', 'redocly.yaml', '--format', 'json'],
    { encoding: 'utf8', env: { ...process.env, REDOCLY_TELEMETRY: 'off' } },
  )
  expect(status, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0 }, problems: [] })
})

test('every endpoint is in the document, with a known tag, words and a name of its own', ({
  expect,
}) => {
  const endpoints = new Set(
    routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  )
  expect(operations).toHaveLength(endpoints.size)
  const known = api.tags.map(({ name }) => name)
  for (const { path, operation } of operations) {
    expect(known, path).toContain(operation.tags[0])
    expect(operation.summary, path).not.toBe('')
  }
  const names = operations.map(({ operation }) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
})

test('paths of endpoints end in a slash, paths of files do not', ({ expect }) => {
  const paths = Object.keys(api.paths)
  expect(paths).toContain('/api/auth/login/')
  expect(paths).toContain('/api/auth/verify-email/resend/')
  expect(paths).toContain('/api/openapi.json')
  expect(paths).toContain('/assets/{file}')
})

test('the body in the document is the schema that validates', ({ expect }) => {
  const schema =
    api.paths['/api/auth/login/']?.['post']?.requestBody?.content['application/json']?.schema
  expect(schema).toMatchObject({
    type: 'object',
    required: ['identifier', 'password'],
    additionalProperties: false,
    properties: { transport: { enum: ['bearer', 'cookie'], default: 'bearer' } },
  })
})

test('every route that validates or limits says so in its answers', ({ expect }) => {
  for (const { path, operation } of operations) {
    if (operation.requestBody) {
      expect(Object.keys(operation.responses), path).toEqual(
        expect.arrayContaining(['400', '413', '415', '429']),
      )
    }
    if (path.startsWith('/api/')) expect(operation.responses, path).toHaveProperty('400')
    if (operation.security.some((scheme) => 'bearerAuth' in scheme)) {
      expect(operation.responses['401']?.headers, path).toHaveProperty('WWW-Authenticate')
    }
    if (operation['x-rate-limit']) {
      expect(operation.responses['429']?.headers, path).toHaveProperty('Retry-After')
      expect(operation.responses['429']?.headers, path).toHaveProperty('RateLimit')
    }
  }
})

test('limits are those of the settings', ({ expect }) => {
  expect(api.paths['/api/auth/refresh/']?.['post']?.['x-rate-limit']).toEqual({
    class: 'refresh',
    quotas: [{ limit: 7, seconds: 60 }],
  })
})
