import { env } from 'cloudflare:workers'
import { test, vi } from 'vitest'
import type { Deps } from '../../src/context'
import { startApp } from '../support/app'
import { broken } from '../support/attack'
import { rowOf, run } from './support'

// In a file of its own: the timers are those of all that runs beside it, and a mail that is being sent belongs
// to another request, whose timers this one must not fire.
test('a run that hangs is cut off after ten minutes and noted as failed', async ({ expect }) => {
  const app = startApp()
  // It is the turn of one of them.
  const firsts = '-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.split('')
  await Promise.all(firsts.map((sign) => env.ARCHIVE.put(`merchants/usr_${sign}/doc`, '')))
  let hasBegun = false
  const hangs = broken('archive', ['delete'], 'hangs')
  const hanging = (deps: Deps): Deps => {
    const { archive, ...rest } = hangs(deps)
    const begin = (_target: R2Bucket, key: string | symbol): unknown => {
      hasBegun ||= key === 'delete'
      return Reflect.get(archive, key)
    }
    return { ...rest, archive: new Proxy(archive, { get: begin }) }
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const failing = run(app, 'drop-leftovers', hanging).catch(String)
    while (!hasBegun) await scheduler.wait(10)
    await vi.advanceTimersByTimeAsync(599_999)
    expect(await rowOf('drop-leftovers')).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(await failing).toContain('drop-leftovers')
  } finally {
    vi.useRealTimers()
  }
  expect(await rowOf('drop-leftovers')).toMatchObject({ succeeded_at: null, counts: '{}' })
})
