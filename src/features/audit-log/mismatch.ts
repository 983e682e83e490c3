import type { AuditEvent } from '../../platform/audit/record'
import { recordSampled } from '../../platform/audit/sampled'
import type { Deps } from '../../platform/deps'

/**
 * Raises the alarm that the log is not what it was, and stops: nothing is signed, archived or
 * deleted on top of that. What was found stands in the event, so that docs/operations.md can say
 * where to look.
 */
export async function refuseMismatch(
  deps: Pick<Deps, 'db' | 'caller' | 'now' | 'ipLimiters' | 'patience'>,
  data: NonNullable<AuditEvent['data']>,
  message: string,
): Promise<never> {
  await recordSampled(deps, { event: 'sys_audit_mismatch', actor: 'system', data })
  throw new Error(message)
}
