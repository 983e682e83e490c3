import type { Deps } from '../context'
import { networkOf } from '../http/caller'
import { reach } from '../reach'
import { type AuditEvent, recordEvent } from './record'

const WINDOW = { limit: Infinity, seconds: 3600 }

/**
 * Records a refusal that anybody can cause again and again: of one source and kind the first, second,
 * fourth, eighth … within an hour, with the count so far. A flood of a million costs 20 events instead
 * of filling the database, and what it was can still be read.
 *
 * `source` is whose refusals are counted together: the caller's network unless said otherwise. `kind`
 * tells apart what has the same name.
 */
export async function recordCounted(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'ipLimiters'>,
  event: AuditEvent,
  { source, kind = '' }: { source?: string; kind?: string } = {},
): Promise<void> {
  const counter = deps.ipLimiters.getByName(`events|${source ?? networkOf(deps.caller.ip).network}`)
  const now = deps.now().getTime()
  const count = await reach('limiter', () =>
    counter.count({ key: `${event.event}|${kind}`, quota: WINDOW, now }),
  )
  if (!Number.isInteger(Math.log2(count))) return
  await recordEvent(deps, { ...event, data: { ...event.data, count } })
}
