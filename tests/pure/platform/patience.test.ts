import { describe, test } from 'vitest'
import { PATIENCE } from '../../../src/platform/patience'
import { HURRY, littlePatience } from '../../support/patience'

test('production waits so long, in milliseconds', ({ expect }) => {
  expect(PATIENCE).toEqual({
    store: 5_000,
    notice: 2_000,
    rangeList: 1_500,
    request: 8_000,
    body: 10_000,
    file: 120_000,
    finish: 30_000,
    job: 600_000,
  })
})

describe.each([
  ['production', PATIENCE],
  ['a test in which a store hangs', littlePatience()],
  ['a test in which a request hangs', littlePatience(HURRY)],
])('in %s', (_where, { store, notice, request, body, finish, job }) => {
  test('a store that hangs is named before the request ends', ({ expect }) => {
    expect(store).toBeLessThan(request)
  })

  test('a request has time for a queue and a database that hang', ({ expect }) => {
    expect(notice + store).toBeLessThan(request)
  })

  test('work outlasts its request, and a job all of it', ({ expect }) => {
    expect(request + body + request).toBeLessThan(finish)
    expect(finish).toBeLessThan(job)
  })
})
