import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'vitest'

/** Decisions and CHANGELOG.md tell of what was. */
const documents = ['README.md', 'SECURITY.md', 'AGENTS.md', ...globSync('docs/*.md')]

const source = globSync([
  'src/**/*.ts',
  'scripts/**/*.ts',
  'tests/**/*.ts',
  'migrations/*.sql',
  '{wrangler.toml,package.json,.ci/run}',
])
  .filter((path) => !path.endsWith('documented-names.test.ts'))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')
const words = new Set(source.match(/\w+/g))

/** The routes of docs/api.md, which tests/docs/api.test.ts compares with those of the service. */
const routes = [
  ...readFileSync('docs/api.md', 'utf8').matchAll(/^\| ([A-Z]+) (\/\S+?)\/? \|/gm),
].map(([, method = '', path = '']) => `${method} ${path}`)

function isRoute(said: string): boolean {
  const [, methods = '', path = ''] = /^([A-Z/]+) (\/[^?]*?)\/?(?:\?.*)?$/.exec(said) ?? []
  return methods.split('/').every((method) =>
    routes.some((route) => {
      const parts = route.split('/')
      const given = `${method} ${path}`.split('/')
      return (
        parts.length === given.length &&
        parts.every((part, at) => part.startsWith('{') || part === given[at])
      )
    }),
  )
}

/** Whether a code span names what is not there. */
function fault(span: string): boolean {
  if (/^[A-Z/]+ \//.test(span)) return !isRoute(span)
  if (/^(?:src|tests|scripts|docs|migrations|examples|public)\/[\w./-]+$/.test(span))
    return !existsSync(span)
  if (/^[a-z]+(?:_[a-z]+)+$|^[A-Z]+(?:_[A-Z]+)+$/.test(span)) return !words.has(span)
  if (/^--[\w-]+$/.test(span)) return !source.includes(span.slice(2))
  return false
}

test('every route, path, setting and event that a document names is there', ({ expect }) => {
  const faults = documents.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/`([^`\n]+)`/g)].flatMap(([, span = '']) =>
      fault(span) ? [`${file}: ${span}`] : [],
    ),
  )
  expect(faults).toEqual([])
  expect(routes.length).toBeGreaterThan(50)
})

test('a name that nothing has is found', ({ expect }) => {
  for (const span of [
    'POST /api/admin/acts/{act}/halt/',
    'GET /api/admin/mails/',
    'POST /api/admin/mail/',
    'POST /api/admin/acts/{act}/',
    'src/jobs/indx.ts',
    'mail_budget_lo',
    'EMAIL_DAILY_LIMT',
    '--prt',
  ])
    expect([span, fault(span)]).toEqual([span, true])
})
