import { describe, test } from 'vitest'
import { crons, runJobs } from '../../src/crons'
import { startMeter } from '../support/meter'
import { testDeps } from '../support/test-deps'
import { mostWork } from './most-work'
import { countedGuards, type Fault, rowOf } from './support'

const NONE: Fault = (deps) => deps
const { counting } = countedGuards()

/**
 * D1 answers a thousand statements an invocation, and each job has one to itself (decision 029). At
 * most seven hundred leaves room for what a table or two more will cost.
 */
describe('the statements of a run at its most work', () => {
  test('are counted for each job', ({ expect }) => {
    const names = Object.values(crons).map(({ name }) => name)
    expect(new Set(Object.keys(mostWork))).toEqual(new Set(names))
    for (const { statements } of Object.values(mostWork)) {
      expect(statements[1]).toBeLessThanOrEqual(700)
    }
  })

  test.for(Object.entries(mostWork))('of %s', async ([name, work], { expect }) => {
    const { arrange, counts = {}, fault = NONE, afterMs = 0, fails = false } = work
    const [atLeast, atMost] = work.statements
    const now = new Date(Date.now() + afterMs)
    await arrange?.(testDeps())
    const { meter, read } = startMeter()
    const began = performance.now()
    const running = runJobs(fault(meter(counting(testDeps({ now: () => now })))), name)
    await (fails ? running.catch(() => {}) : running)
    // About three times as long in production, where 5,000 are the limit (wrangler.toml): D1 is not
    // in it.
    expect(performance.now() - began).toBeLessThan(5000)
    const { d1Statements } = read()
    expect(JSON.parse((await rowOf(name))?.counts ?? '')).toMatchObject(counts)
    expect(d1Statements).toBeGreaterThanOrEqual(atLeast)
    expect(d1Statements).toBeLessThanOrEqual(atMost)
  })
})
