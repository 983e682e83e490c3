import type * as z from 'zod'
import { type Scope } from '../api-keys/scopes'
import { requireScope, takeFromQuota, useKey } from '../api-keys/use-key'
import { type verifiedKey, verifiedKeyOf } from '../api-keys/verified-key'
import type { Deps } from '../platform/deps'
import { problemCode } from '../platform/problems'

export type CheckedKey =
  | z.output<typeof verifiedKey>
  | Readonly<{ active: false; code: 'invalid_api_key' | 'insufficient_scope' }>
  | Readonly<{ active: false; code: 'too_many_requests'; retry_after: number }>

/** What the route `verify` answers, as a value: another Worker has no use for a response. */
export async function checkKey(
  deps: Deps,
  presented: string,
  scope: Scope | undefined,
): Promise<CheckedKey> {
  try {
    const key = await useKey(deps, presented)
    const { isAllowed, retryAfterSeconds } = await takeFromQuota(deps, key)
    if (!isAllowed) {
      return { active: false, code: 'too_many_requests', retry_after: Math.ceil(retryAfterSeconds) }
    }
    if (scope !== undefined) requireScope(key, scope)
    return verifiedKeyOf(key)
  } catch (error) {
    const code = problemCode(error)
    if (code === 'invalid_api_key' || code === 'insufficient_scope') return { active: false, code }
    throw error
  }
}
