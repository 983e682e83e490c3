import { test } from 'vitest'
import { crons } from '../../src/jobs/index'
import { databaseOf } from '../../src/platform/db/database'
import type { Deps } from '../../src/platform/deps'
import { broken, collectingLog } from '../support/attack'
import { littlePatience } from '../support/patience'
import { dropAt, KEPT_MS, putDocuments } from './leftover-support'
import { mostWork } from './most-work'
import { rowOf, run } from './support'

const hanging = () => new Promise<never>(() => {})
const statement = { bind: () => statement, all: hanging, run: hanging, raw: hanging }
const DB = { prepare: () => statement, batch: hanging } as unknown as D1Database

test.for(Object.values(crons).map(({ name }) => name))(
  '%s gives up a database that hangs in the time that stores have, and says so',
  async (name, { expect }) => {
    const began = Date.now()
    const log = await collectingLog(async () => {
      const patience = littlePatience({ store: 100, job: 20_000 })
      const { fault = (deps: Deps) => deps } = mostWork[name] ?? {}
      const withHanging = (deps: Deps) => ({ ...fault(deps), db: databaseOf(DB), patience })
      const failing = run(new Date(), name, withHanging)
      expect(await failing.catch(String)).toContain('service_unavailable')
    })
    expect(log).toContain('database: no answer in 100 ms')
    expect(Date.now() - began).toBeLessThan(10_000)
  },
)

test('a run that hangs is cut off in the time that jobs have, and noted as failed', async ({
  expect,
}) => {
  const { uploaded } = await putDocuments({ known: 1, unknown: 1 })
  await dropAt(uploaded)
  const now = new Date(uploaded + KEPT_MS)
  const { promise: deleting, resolve: begin } = Promise.withResolvers<void>()
  const hangs = broken('archive', ['delete'], 'hangs')
  const hanging = (deps: Deps): Deps => {
    const { archive, ...rest } = hangs(deps)
    const get = (_target: R2Bucket, key: string | symbol): unknown => {
      if (key === 'delete') begin()
      return Reflect.get(archive, key)
    }
    // No store may be what ends the run.
    const patience = littlePatience({ job: 1_000, store: 60_000 })
    return { ...rest, archive: new Proxy(archive, { get }), patience }
  }
  const began = Date.now()
  const log = await collectingLog(async () => {
    const failing = run(now, 'drop-leftovers', hanging).catch(String)
    await deleting
    expect(await rowOf('drop-leftovers')).toBeNull()
    expect(await failing).toContain('drop-leftovers')
  })
  expect(Date.now() - began).toBeGreaterThan(990)
  expect(log).toContain('no answer in 1000 ms')
  expect(await rowOf('drop-leftovers')).toMatchObject({ succeeded_at: null, counts: '{}' })
})
