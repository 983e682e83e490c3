import { afterEach, beforeEach, describe, test } from 'vitest'
import { archiveEvents } from '../../../src/features/audit-log/archive/archive'
import { SEGMENT_SIZE } from '../../../src/features/audit-log/archive/segment'
import { exportEvents } from '../../../src/features/audit-log/export'
import { proveInclusion } from '../../../src/features/audit-log/prove'
import { searchEvents } from '../../../src/features/audit-log/search'
import type { Deps } from '../../../src/platform/deps'
import { emptyLog, jobDeps, oldLog, RETENTION_MS, sealAll, writeEvents } from './support'

beforeEach(emptyLog)
afterEach(emptyLog)

/**
 * The deps of a reader whose first look at events comes just after the archiver has taken them
 * away.
 */
function afterArchiver(deps: Deps): Deps {
  let archived: Promise<unknown> | undefined
  const db = new Proxy(deps.db, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      if (key !== 'all') return value.bind(target) as unknown
      return async (...args: unknown[]) => {
        archived ??= archiveEvents(deps)
        await archived
        return Reflect.apply(value, target, args) as unknown
      }
    },
  })
  return { ...deps, db }
}

describe('while the archiver runs', () => {
  test('an export that is read slowly holds every event once', async ({ expect }) => {
    const { deps, advance } = jobDeps()
    await writeEvents(deps, 2 * SEGMENT_SIZE + 2)
    await sealAll(deps)
    advance(RETENTION_MS + 60_000)
    const wanted = { filter: {}, after: 0, userId: 'usr_auditor' }
    const reader = (await exportEvents(deps, wanted)).getReader()
    const decoder = new TextDecoder()
    let text = ''
    for (let chunks = 0; ; chunks += 1) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value)
      if (chunks === 2) expect(await archiveEvents(deps)).toMatchObject({ segments: 2 })
    }
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { entry?: { id: number }; end?: { next: unknown } })
    const ids = lines.flatMap(({ entry }) => (entry ? [entry.id] : []))
    expect(ids).toEqual(Array.from({ length: 2 * SEGMENT_SIZE + 2 }, (_, at) => at + 1))
    expect(lines.at(-1)?.end?.next).toBeNull()
  })

  test('a proof is of the event', async ({ expect }) => {
    const { deps } = await oldLog()
    const { entry } = await proveInclusion(afterArchiver(deps), 5)
    expect(entry).toMatchObject({ id: 5, event: 'authn_login_fail' })
  })

  test('a search finds the events', async ({ expect }) => {
    const { deps } = await oldLog()
    const wanted = { filter: {}, before: 1500, limit: 3 }
    const { lines, next } = await searchEvents(afterArchiver(deps), wanted)
    expect([lines.map(({ entry }) => entry.id), next]).toEqual([[1499, 1498, 1497], 1497])
  })
})
