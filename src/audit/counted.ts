import type { Deps } from '../context'
import { networkOf } from '../http/caller'
import { reach } from '../reach'
import { type AuditEvent, recordEvent } from './record'

type Counting = Readonly<{
  /** Whose refusals are counted together: the caller's network unless said otherwise. */
  source?: string
  /** Tells apart what has the same name. */
  kind?: string
  /** So many of an hour are recorded one by one. */
  singly?: number
}>

/**
 * An event of something that anybody can cause again and again, or `undefined` when it need not be
 * recorded: beyond the first of an hour the second, fourth, eighth … are, with the count so far. A flood
 * of a million from one source costs 20 events instead of filling the database.
 */
export async function countedEvent(
  deps: Pick<Deps, 'caller' | 'now' | 'ipLimiters'>,
  event: AuditEvent,
  { source = networkOf(deps.caller.ip).network, kind = '', singly = 1 }: Counting = {},
): Promise<AuditEvent | undefined> {
  const counter = deps.ipLimiters.getByName(`events|${source}`)
  const now = deps.now().getTime()
  const count = await reach('limiter', () =>
    counter.count({ key: `${event.event}|${kind}`, quota: HOUR, now }),
  )
  if (count <= singly) return event
  return isTold(count) ? { ...event, data: { ...event.data, count } } : undefined
}

const HOUR = { limit: Infinity, seconds: 3600 }

/** Whether this count of the same within an hour is one that is recorded. */
export const isTold = (count: number): boolean => Number.isInteger(Math.log2(count))

/** Records such an event, where it is the only one. */
export async function recordCounted(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'ipLimiters'>,
  event: AuditEvent,
  counting: Counting = {},
): Promise<void> {
  const counted = await countedEvent(deps, event, counting)
  if (counted) await recordEvent(deps, counted)
}
