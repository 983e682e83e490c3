import { afterEach, describe, test } from 'vitest'
import { archiveEvents } from '../../src/audit/archive'
import { proveInclusion } from '../../src/audit/prove'
import { manifestKey } from '../../src/audit/segment'
import type { Deps } from '../../src/platform/deps'
import { isDeep } from '../support/many'
import { allEvents, countOf, emptyLog, keys, oldLog, sql } from './support'

afterEach(emptyLog)

describe('a run that is killed', () => {
  /** Lets the first `steps` writes pass and kills the run at the next. */
  const killedAfter = (deps: Deps, steps: number): Deps => {
    let left = steps
    const counted =
      (target: object) =>
      (...args: unknown[]) => {
        if (left === 0) throw new Error('killed')
        left -= 1
        return Reflect.apply(target as () => unknown, undefined, args)
      }
    const wrap = <T extends object>(target: T, methods: string[]): T =>
      new Proxy(target, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key)
          if (typeof value !== 'function') return value
          const bound = value.bind(object) as () => unknown
          return methods.includes(String(key)) ? counted(bound) : bound
        },
      })
    return {
      ...deps,
      archive: wrap(deps.archive, ['put']),
      db: wrap(deps.db, ['insert', 'run', 'delete']),
    }
  }

  test('at any step loses and doubles nothing', async ({ expect }) => {
    const { deps, before } = await oldLog()
    const ids = before.map(({ id }) => id)
    let [steps, kills, isNoted] = [0, 0, false]
    for (;;) {
      try {
        await archiveEvents(killedAfter(deps, steps))
        break
      } catch (error) {
        expect(String(error)).toMatch(/killed|service_unavailable/)
      }
      const found = await allEvents(deps)
      expect(
        found.map(({ entry }) => entry.id),
        `killed at step ${steps}`,
      ).toEqual(ids)
      await proveInclusion(deps, 9)
      kills += 1
      steps += 1
      // The tiles between the second and the last are written alike.
      if (!isDeep && !isNoted && steps === 4) steps = 17
      // From the note on there are other steps, the deletes: those are counted anew.
      const noted = await sql('SELECT * FROM audit_segments')
      if (noted.length > 0 && !isNoted) [steps, isNoted] = [0, true]
    }
    // Key, segment, 16 tiles, manifest, note; then the deletes.
    expect(kills).toBeGreaterThan(isDeep ? 22 : 9)
    expect(await countOf()).toBe(2)
    expect(await keys()).toContain(manifestKey(1))
    expect((await allEvents(deps)).map(({ entry }) => entry.id)).toEqual(ids)
    expect(await sql('SELECT * FROM audit_segments')).toHaveLength(1)
  })

  test('two runs at once archive once', async ({ expect }) => {
    const { deps, before } = await oldLog()
    await Promise.allSettled(Array.from({ length: 5 }, () => archiveEvents(deps)))
    await archiveEvents(deps)
    expect(await sql('SELECT * FROM audit_segments')).toHaveLength(1)
    expect((await allEvents(deps)).map(({ entry }) => entry.id)).toEqual(before.map(({ id }) => id))
  })
})
