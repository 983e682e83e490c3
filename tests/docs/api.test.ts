import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import apiText from '../../docs/api.md?raw'
import storageText from '../../docs/storage.md?raw'
import { createApp } from '../../src/app'
import { openApiDocument } from '../../src/http/openapi'
import { userFields } from '../../src/identity/accounts/user-fields'
import { limits } from '../../src/platform/http/rate-limit'
import { problems } from '../../src/platform/problems'
import { settings } from '../../src/platform/settings'
import { permissions } from '../../src/roles/permissions'
import { lifetimes } from '../../src/sessions/lifetimes'
import { everyRoute } from '../support/guarded-routes'

/** The rows of the table under a heading, cells without their code marks. */
function table(text: string, heading: string): string[][] {
  const [, section = ''] = text.split(new RegExp(`^## ${heading}$`, 'm'))
  const lines = (section.split(/^## /m)[0] ?? '').split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
}

/** Order does not matter, and no row stands twice. */
const asSet = (rows: readonly unknown[]) => new Set(rows.map((row) => JSON.stringify(row)))

describe('docs/api.md', () => {
  test('lists every problem code with its status, and no other', ({ expect }) => {
    const listed = table(apiText, 'Problem codes').map(([code, status]) => [code, Number(status)])
    const known = Object.entries(problems).map(([code, { status }]) => [code, status])
    expect(asSet(listed)).toEqual(asSet(known))
  })

  test('has the limits of the code', ({ expect }) => {
    const listed = table(apiText, 'Limits').map(([name, , quotas]) => [name, quotas])
    const known = Object.entries(limits).map(([name, quotas]) => [
      name,
      quotas.map(({ limit, seconds }) => `${limit} in ${seconds} s`).join(', '),
    ])
    expect(listed).toEqual(known)
  })

  test('has every route under its limit, and no other', ({ expect }) => {
    const routes = everyRoute.map(({ name, facet }) => ({
      name: name.replace('/api/', '').replace(/:(\w+)(\{[^}]*\})?/g, '{$1}'),
      limit: facet.limit,
    }))
    const listed = table(apiText, 'Limits').flatMap(([limit, cell = '']) =>
      (cell.split('; ')[0] ?? '').split(', ').flatMap((entry) => {
        const [, path, methods] = /^([^ ]+)(?: \(([A-Z]+)\))?$/.exec(entry) ?? []
        const named = routes.filter(({ name }) => name.split(' ')[1] === path)
        const meant = named.filter(({ name }) => !methods || name.startsWith(`${methods} `))
        return meant.map(({ name }) => ({ name, limit }))
      }),
    )
    const others = routes.filter(
      ({ name }) => / admin\//.test(name) && !listed.some((row) => row.name === name),
    )
    expect(table(apiText, 'Limits').find(([limit]) => limit === 'admin')?.[1]).toBe(
      'everything else under admin',
    )
    expect(asSet([...listed, ...others.map(({ name }) => ({ name, limit: 'admin' }))])).toEqual(
      asSet(routes.filter(({ limit }) => limit !== undefined)),
    )
  })

  test('names every endpoint of the API, and no other', ({ expect }) => {
    const { paths } = openApiDocument(createApp().routes, settings(env))
    const known = Object.entries(paths)
      .filter(([path]) => path.startsWith('/api/') || path.startsWith('/.well-known/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      )
    expect(asSet(table(apiText, 'Endpoints').map(([endpoint]) => endpoint))).toEqual(asSet(known))
  })

  test('has the permissions of the code', ({ expect }) => {
    const known = Object.entries(permissions).map(([name, { roles, needsAal2 }]) => [
      name,
      roles.join(', '),
      needsAal2 ? 'yes' : 'no',
    ])
    const listed = table(apiText, 'Roles').filter(([, , cell]) => ['yes', 'no'].includes(`${cell}`))
    expect(asSet(listed)).toEqual(asSet(known))
  })

  test('has the fields of an account as the code has them', ({ expect }) => {
    const known = Object.entries(userFields)
      .filter(([, { seenBy }]) => seenBy.length > 0)
      .map(([column, { seenBy, setBy }]) => [
        column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        seenBy.join(', '),
        setBy.join(', '),
      ])
    const listed = table(apiText, 'Roles').filter(([, seenBy]) => /owner|^admin$/.test(`${seenBy}`))
    const fields = listed.filter(([, , setBy]) => !['yes', 'no'].includes(`${setBy}`))
    expect(asSet(fields)).toEqual(asSet(known))
  })

  test('has the lifetimes of the code', ({ expect }) => {
    const hours = (text = '') => {
      const [, count = '', unit = ''] = /^(\d+) (day|hour|minute)/.exec(text) ?? []
      return Number(count) * ({ day: 86_400, hour: 3600, minute: 60 }[unit] ?? NaN)
    }
    const listed = table(apiText, 'Sessions').map(([role = '', absolute, idle]) => [
      role,
      { absoluteSeconds: hours(absolute), idleSeconds: hours(idle) },
    ])
    expect(Object.fromEntries(listed)).toEqual(lifetimes)
  })

  test('every problem code can be received somewhere', ({ expect }) => {
    const document = JSON.stringify(openApiDocument(createApp().routes, settings(env)))
    const everywhere = ['method_not_allowed']
    const silent = Object.keys(problems).filter((code) => !document.includes(`\`${code}\``))
    expect(silent).toEqual(everywhere)
  })
})

describe('docs/storage.md', () => {
  test('has a row for every table of the database, and no other', async ({ expect }) => {
    const { results } = await env.DB.prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table'
       AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' AND name <> 'd1_migrations'`,
    ).run<{ name: string }>()
    const listed = table(storageText, 'D1 \\(`DB`\\)').map(([name]) => name)
    expect(asSet(listed)).toEqual(asSet(results.map(({ name }) => name)))
  })
})
