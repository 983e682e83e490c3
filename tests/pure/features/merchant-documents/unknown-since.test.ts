import { describe, test } from 'vitest'
import { sortUnknown } from '../../../../src/features/merchant-documents/unknown-since'

const KEPT = 60
const NOW = 1000
const sortAt = (
  before: Record<string, number>,
  {
    looked = ['a'],
    unknown = looked,
    now = NOW,
  }: { looked?: string[]; unknown?: string[]; now?: number } = {},
) => {
  const { over, since } = sortUnknown(
    new Map(Object.entries(before)),
    { looked, unknown },
    { now, keptMs: KEPT },
  )
  return { over, since: Object.fromEntries(since) }
}

describe('a key without a row', () => {
  test('that was not noted is noted now', ({ expect }) => {
    expect(sortAt({})).toEqual({ over: [], since: { a: NOW } })
  })

  test('is over when it was noted so long ago, and not before', ({ expect }) => {
    expect(sortAt({ a: NOW - KEPT + 1 })).toEqual({ over: [], since: { a: NOW - KEPT + 1 } })
    expect(sortAt({ a: NOW - KEPT })).toEqual({ over: ['a'], since: {} })
  })

  test('begins anew where nothing has met it for twice as long', ({ expect }) => {
    expect(sortAt({ a: NOW - 2 * KEPT + 1 }).over).toEqual(['a'])
    expect(sortAt({ a: NOW - 2 * KEPT })).toEqual({ over: [], since: { a: NOW } })
  })

  test('that was noted by a clock that runs ahead begins now', ({ expect }) => {
    expect(sortAt({ a: NOW + 500 })).toEqual({ over: [], since: { a: NOW } })
  })
})

describe('a note', () => {
  test('of a key that has a row again, or is gone, is forgotten', ({ expect }) => {
    expect(sortAt({ a: NOW - 1 }, { unknown: [] })).toEqual({ over: [], since: {} })
    expect(sortAt({ b: NOW - 2 * KEPT }, { unknown: [] })).toEqual({ over: [], since: {} })
  })

  test('of a key that was not looked at stays', ({ expect }) => {
    expect(sortAt({ b: NOW - KEPT - 1 })).toEqual({
      over: [],
      since: { a: NOW, b: NOW - KEPT - 1 },
    })
  })
})
