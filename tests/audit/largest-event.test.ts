import { describe, test } from 'vitest'
import { SEGMENT_SIZE } from '../../src/audit/segment'
import { D1_LIMITS } from '../../src/platform/db/limits'
import { recordServiceEvent, serviceEvent } from '../../src/trust/service-event'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { jobDeps, sql } from './support'

/** More events than any job reads at once: the archive a segment, the sealer fewer. */
const READ_AT_ONCE = 5001

/** Twenty fields of 64 signs, whose values are so long in all. */
function eventOf(bytes: number, userId?: string) {
  const names = Array.from({ length: 20 }, (_, at) => `f${at}`.padEnd(64, '_'))
  const empty = Buffer.byteLength(JSON.stringify(Object.fromEntries(names.map((at) => [at, '']))))
  // Two bytes each, of which 200 fit into a field, and one of one byte where that does not come
  // out.
  let left = bytes - empty
  const data = Object.fromEntries(
    names.map((name) => {
      const signs = Math.min(199, Math.floor(left / 2))
      const odd = left - 2 * signs === 1 ? 'x' : ''
      left -= 2 * signs + odd.length
      return [name, `${'é'.repeat(signs)}${odd}`]
    }),
  )
  return { name: 'n'.repeat(64), data, ...(userId !== undefined && { user_id: userId }) }
}

describe('the largest event', () => {
  test('is one of another service, of six thousand bytes and no more', ({ expect }) => {
    const bytesOf = (bytes: number) => Buffer.byteLength(JSON.stringify(eventOf(bytes).data))
    expect([bytesOf(6000), bytesOf(6001)]).toEqual([6000, 6001])
    expect(serviceEvent.safeParse(eventOf(6000)).success).toBe(true)
    expect(serviceEvent.safeParse(eventOf(6001)).success).toBe(false)
  })

  test('fits as often as events are read into an answer of D1', async ({ expect }) => {
    const { deps } = jobDeps()
    const userId = await insertUser(startApp(), 'customer')
    const userAgent = '…'.repeat(256)
    const caller = { ip: 'service', country: 'XX', userAgent, requestId: `req_${'x'.repeat(22)}` }
    for (const ofWhom of [userId, undefined]) {
      const event = serviceEvent.parse(eventOf(6000, ofWhom))
      expect(await recordServiceEvent({ ...deps, caller }, 'orders', event)).toBe(true)
      const [row = {}] = await sql('SELECT * FROM audit_events ORDER BY id DESC LIMIT 1')
      const bytes = Object.values(row).reduce<number>(
        (total, value) => total + (typeof value === 'string' ? Buffer.byteLength(value) : 8),
        0,
      )
      expect(bytes * READ_AT_ONCE).toBeLessThan(D1_LIMITS.result)
    }
    expect(READ_AT_ONCE).toBeGreaterThan(SEGMENT_SIZE)
  })
})
