import { describe, test } from 'vitest'
import { take, type Window, windowAt } from '../../../src/platform/window'

const MINUTE = { limit: 3, seconds: 60 }
const HOUR = { limit: 5, seconds: 3600 }
const START = 1_000_000

describe('take', () => {
  test('allows the limit and refuses one more, until the window ends', ({ expect }) => {
    let windows: readonly Window[] = []
    for (let count = 1; count <= 3; count++) {
      const result = take(windows, [MINUTE], START)
      expect(result.isAllowed).toBe(true)
      windows = result.windows
    }
    expect(take(windows, [MINUTE], START + 59_999)).toMatchObject({
      isAllowed: false,
      retryAfterSeconds: 0.001,
    })
    expect(take(windows, [MINUTE], START + 60_000).isAllowed).toBe(true)
  })

  test('takes from every quota or from none', ({ expect }) => {
    let windows: readonly Window[] = []
    let allowed = 0
    for (let minute = 0; minute < 3; minute++) {
      for (let count = 0; count < 3; count++) {
        const result = take(windows, [MINUTE, HOUR], START + minute * 60_000)
        windows = result.windows
        if (result.isAllowed) allowed += 1
      }
    }
    expect(allowed).toBe(5)
    // The refused ones of the third minute have not used up its quota.
    expect(windows[0]).toEqual({ startedAt: START + 120_000, count: 0 })
  })

  test('says how long the longest of the full windows lasts', ({ expect }) => {
    const full = [
      { startedAt: START, count: 3 },
      { startedAt: START, count: 5 },
    ]
    expect(take(full, [MINUTE, HOUR], START + 1000).retryAfterSeconds).toBe(3599)
  })

  test('counts a caller who comes once a window anew each time', ({ expect }) => {
    expect(windowAt({ startedAt: START, count: 3 }, MINUTE, START + 60_000)).toEqual({
      startedAt: START + 60_000,
      count: 0,
    })
  })
})
