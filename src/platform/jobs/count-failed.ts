import { log } from '../log'
import { describeError } from '../problems'

/**
 * Does something to each, so that one that fails stops no other. How many failed; why is in the
 * log.
 */
export async function countFailed<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<number> {
  const results = await Promise.allSettled(items.map(act))
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  )
  const [first] = reasons
  if (first instanceof Error) {
    log('error', 'sys_job_item_failed', { failed: reasons.length, ...describeError(first) })
  }
  return reasons.length
}
