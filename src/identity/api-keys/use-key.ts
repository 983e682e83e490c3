import { and, eq, isNull, lte, or } from 'drizzle-orm'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { apiKeys } from '../../platform/db/key-schema'
import type { Deps } from '../../platform/deps'
import type { LimitVerdict } from '../../platform/http/ip-limiter'
import { quotasOf } from '../../platform/http/rate-limit'
import { problem } from '../../platform/problems'
import { type ApiKey, findKey } from './find-key'
import { isInNetworks } from './network'
import { isForAdmins, type Scope } from './scopes'

/** A key notes its use at most this often: most uses write nothing. */
const USE_NOTED_EVERY_MS = 60_000

type KeyDeps = Pick<
  Deps,
  'db' | 'now' | 'settings' | 'caller' | 'waitUntil' | 'ipLimiters' | 'patience'
>

/**
 * The key that is presented, from the address that presents it. Every refusal looks the same; the
 * right key from a network that its owner has not allowed is probably stolen, which the log tells
 * once an hour.
 */
export async function useKey(deps: KeyDeps, presented: string): Promise<ApiKey> {
  const key = await findKey(deps, presented)
  if ('refused' in key) throw problem('invalid_api_key', { reason: key.refused })
  const { allowedIps } = key
  if (allowedIps && !isInNetworks(deps.caller.ip, allowedIps)) {
    await noteWrongNetwork(deps, key)
    throw problem('invalid_api_key', { reason: 'network not allowed' })
  }
  noteUse(deps, key)
  return key
}

/**
 * Counts a use, of this key alone and only once its secret was right: nobody else can use its quota
 * up.
 */
export function takeFromQuota(
  deps: Pick<Deps, 'now' | 'settings' | 'ipLimiters' | 'patience'>,
  { id }: ApiKey,
): Promise<LimitVerdict> {
  const quotas = quotasOf(deps.settings, 'api_key')
  const limiter = deps.ipLimiters.getByName(limiterOf(id))
  const counted = [{ name: id, times: 1 }]
  return callStore(deps, 'limiter', () =>
    limiter.take({ counted, quotas, now: deps.now().getTime() }),
  )
}

/**
 * Refuses a key without the scope (RFC 6750 §3.1), or one whose owner has ceased to be an admin
 * since.
 */
export function requireScope({ scopes, owner }: ApiKey, scope: Scope): void {
  const isGiven = scopes.includes(scope) && (owner.role === 'admin' || !isForAdmins(scope))
  if (isGiven) return
  const challenge = `Bearer realm="phantom", error="insufficient_scope", scope="${scope}"`
  throw problem('insufficient_scope', {
    reason: scope,
    headers: { 'WWW-Authenticate': challenge },
  })
}

const limiterOf = (id: string) => `key|${id}`

function noteUse({ db, now, caller, waitUntil }: KeyDeps, { id, lastUsedAt }: ApiKey): void {
  const noted = new Date(now().getTime() - USE_NOTED_EVERY_MS)
  if (lastUsedAt && lastUsedAt > noted) return
  const isDue = or(isNull(apiKeys.lastUsedAt), lte(apiKeys.lastUsedAt, noted))
  waitUntil(
    db
      .update(apiKeys)
      .set({ lastUsedAt: now(), lastUsedIp: caller.ip, lastUsedCountry: caller.country })
      .where(and(eq(apiKeys.id, id), isDue)),
  )
}

async function noteWrongNetwork(deps: KeyDeps, { id, owner }: ApiKey): Promise<void> {
  const quota = { limit: 1, seconds: 3600 }
  const limiter = deps.ipLimiters.getByName(limiterOf(id))
  const count = await callStore(deps, 'limiter', () =>
    limiter.count({ key: 'wrong network', quota, now: deps.now().getTime() }),
  )
  if (count !== 1) return
  await recordEvent(deps, { event: 'api_key_misplaced', userId: owner.id, data: { key: id } })
}
