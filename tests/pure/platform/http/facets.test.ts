import { test } from 'vitest'
import { paragraph } from '../../../../src/platform/http/facets'

test('a text of several lines of source is one line', ({ expect }) => {
  expect(paragraph('It works', 'once. No more.', 'Ever.')).toBe('It works once. No more. Ever.')
  expect(paragraph('It works once.')).toBe('It works once.')
})
