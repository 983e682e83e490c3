import { test } from 'vitest'
import { type Digest, DIGEST_MS, digestStep } from '../../../src/platform/digest'

const SINCE = Date.UTC(2026, 10, 24, 12)
const END = SINCE + DIGEST_MS
const opened: Digest = { since: SINCE, carrier: null, times: 0 }
const carried: Digest = { since: SINCE, carrier: 'second', times: 1 }

test('the first goes at once, the second carries the rest of the day', ({ expect }) => {
  expect(digestStep(undefined, 'first', SINCE)).toEqual({ step: 'first' })
  const second = digestStep(opened, 'second', END - 1000)
  expect(second).toEqual({ step: 'waits', digest: carried, retryAfterSeconds: 1 })
  expect(digestStep(opened, 'second', END)).toEqual({ step: 'first' })
})

test('all further ones are counted for the carrier to tell', ({ expect }) => {
  const digest = { ...carried, times: 2 }
  expect(digestStep(carried, 'third', SINCE)).toEqual({ step: 'digested', digest })
  expect(digestStep(carried, 'third', END)).toEqual({ step: 'digested', digest })
})

test('the carrier waits until the day is over, and counts itself once', ({ expect }) => {
  const early = digestStep(carried, 'second', END - 1000)
  expect(early).toEqual({ step: 'waits', digest: carried, retryAfterSeconds: 1 })
  const again = { times: 1, since: SINCE }
  expect(digestStep(carried, 'second', END)).toEqual({ step: 'due', again })
})

test('a carrier that is lost holds the next one up for a day, no longer', ({ expect }) => {
  expect(digestStep(carried, 'third', END + DIGEST_MS - 1)).toMatchObject({ step: 'digested' })
  expect(digestStep(carried, 'third', END + DIGEST_MS)).toEqual({ step: 'first' })
})
