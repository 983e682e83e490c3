import { callStore } from '../call-store'
import type { Deps } from '../deps'
import { networkOf } from '../ip-address'
import { type AuditEvent, recordEvent } from './record'

type Counting = Readonly<{
  /** Whose refusals are counted together: the caller's network unless said otherwise. */
  source?: string
  /** Tells apart what has the same name. */
  kind?: string
  /** So many of an hour are recorded one by one. */
  burst?: number
}>

/**
 * An event of something that anybody can cause again and again, or `undefined` when it need not be
 * recorded: beyond the first of an hour the second, fourth, eighth … are, with the count so far. A
 * flood of a million from one source costs 20 events instead of filling the database.
 */
export async function sampledEvent(
  deps: Pick<Deps, 'caller' | 'now' | 'ipLimiters' | 'patience'>,
  event: AuditEvent,
  { source = networkOf(deps.caller.ip).network, kind = '', burst = 1 }: Counting = {},
): Promise<AuditEvent | undefined> {
  const key = `${event.event}|${kind}`
  const count = await countOf(deps, source, key)
  if (count > burst && !isSampled(count)) return undefined
  const { site } = networkOf(source)
  if (site !== undefined) {
    const ofSite = await countOf(deps, site, key)
    if (ofSite > SITE_BURST && !isSampled(ofSite)) return undefined
  }
  return count <= burst ? event : { ...event, data: { ...event.data, count } }
}

const HOUR = { limit: Infinity, seconds: 3600 }
/**
 * Whoever holds an IPv6 /48 has 65,536 networks to be counted in. So many of an hour are recorded
 * of them all.
 */
const SITE_BURST = 1000

/** How many times it has happened in this hour. */
function countOf(deps: Pick<Deps, 'now' | 'ipLimiters' | 'patience'>, of: string, key: string) {
  const counter = deps.ipLimiters.getByName(`events|${of}`)
  return callStore(deps, 'limiter', () =>
    counter.count({ key, quota: HOUR, now: deps.now().getTime() }),
  )
}

/** Whether this count of the same within an hour is one that is recorded. */
export const isSampled = (count: number): boolean => Number.isInteger(Math.log2(count))

/** Records such an event, where it is the only one. */
export async function recordSampled(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'ipLimiters' | 'patience'>,
  event: AuditEvent,
  counting: Counting = {},
): Promise<void> {
  const counted = await sampledEvent(deps, event, counting)
  if (counted) await recordEvent(deps, counted)
}
