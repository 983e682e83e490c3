import { test } from 'vitest'
import { createApp } from '../src/app'
import { facetOf } from '../src/platform/http/facets'
import { isGuard } from '../src/platform/http/guard'

const routes = createApp().routes.filter(({ method }) => method !== 'ALL')
const endpoints = [...Map.groupBy(routes, ({ method, path }) => `${method} ${path}`)]

test('there are routes to look at', ({ expect }) => {
  expect(endpoints.length).toBeGreaterThan(10)
})

test.for(endpoints)('%s starts with a guard', ([, [first]], { expect }) => {
  expect(first && isGuard(first.handler)).toBe(true)
})

test.for(endpoints)('%s says what it is for', ([, handlers], { expect }) => {
  expect(handlers.some(({ handler }) => facetOf(handler)?.summary)).toBe(true)
})

test.for(
  endpoints.filter(([, handlers]) => handlers.some(({ handler }) => facetOf(handler)?.body)),
)('%s takes a body, so it has a limit', ([, handlers], { expect }) => {
  expect(handlers.some(({ handler }) => facetOf(handler)?.limit)).toBe(true)
})
