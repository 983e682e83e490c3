import type { Context } from 'hono'
import { isTold } from '../audit/counted'
import { recordEvent } from '../audit/record'
import type { AppEnv, Deps } from '../context'
import type { LimitVerdict } from '../durable/ip-limiter'
import type { Quota } from '../durable/window'
import { tooMany } from '../problems'
import { reach } from '../reach'
import { networkOf } from './caller'
import { withFacet } from './facets'

const MINUTE = 60
const HOUR = 3600

/**
 * What one IPv4 address or IPv6 /64 may do. The same table stands in docs/api.md; the setting
 * RATE_LIMITS replaces rows: `{"login":[[30,60],[300,3600]]}` is 30 a minute and 300 an hour.
 */
export const limits = {
  login: [
    { limit: 30, seconds: MINUTE },
    { limit: 300, seconds: HOUR },
  ],
  codes: [{ limit: 30, seconds: MINUTE }],
  sign_up: [{ limit: 10, seconds: HOUR }],
  mail: [{ limit: 20, seconds: HOUR }],
  account: [{ limit: 20, seconds: HOUR }],
  merchant: [{ limit: 60, seconds: MINUTE }],
  uploads: [{ limit: 60, seconds: HOUR }],
  admin: [
    { limit: 60, seconds: MINUTE },
    { limit: 600, seconds: HOUR },
  ],
  refresh: [{ limit: 60, seconds: MINUTE }],
  /** Of one API key, wherever it is used from (api-keys/key-limit.ts). */
  api_key: [{ limit: 1000, seconds: MINUTE }],
} as const satisfies Record<string, readonly Quota[]>

export type LimitClass = keyof typeof limits

/** A /48 that does this many times what one /64 may is a crowd or an attack: someone should look. */
const SITE_ALARM_FACTOR = 10

/** The quotas of a class, as the settings have them. */
export function quotasOf(
  settings: Pick<Deps['settings'], 'RATE_LIMITS'>,
  limitClass: LimitClass,
): readonly Quota[] {
  const override = settings.RATE_LIMITS[limitClass]
  return override?.map(([limit, seconds]) => ({ limit, seconds })) ?? limits[limitClass]
}

/** Counts the request against its network. Comes before the body is read: a flood costs one object call. */
export const rateLimit = (limitClass: LimitClass) =>
  withFacet(
    { limit: limitClass, problems: ['too_many_requests'] },
    async function rateLimit(c, next) {
      const { deps } = c.var
      const quotas = quotasOf(deps.settings, limitClass)
      const { network, site } = networkOf(deps.caller.ip)
      const limiter = deps.ipLimiters.getByName(`${limitClass}|${site ?? network}`)
      const [first] = quotas
      const alarm = {
        limit: (first?.limit ?? 1) * SITE_ALARM_FACTOR,
        seconds: first?.seconds ?? HOUR,
      }
      const verdict = await reach(deps, 'limiter', () =>
        limiter.take({ network, quotas, alarm, now: deps.now().getTime() }),
      )
      if (verdict.raisesAlarm) await raiseSiteAlarm(deps, limitClass, site)
      if (isTold(verdict.refusals)) await recordRefusals(deps, limitClass, verdict.refusals)
      holdTo(c, limitClass, verdict)
      return next()
    },
  )

/** Refuses, or tells what is left. */
export function holdTo(c: Context<AppEnv>, limitClass: LimitClass, verdict: LimitVerdict): void {
  const headers = rateLimitHeaders(limitClass, quotasOf(c.var.deps.settings, limitClass), verdict)
  if (!verdict.isAllowed) throw tooMany('too_many_requests', verdict.retryAfterSeconds, headers)
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
}

/** draft-ietf-httpapi-ratelimit-headers-10: one named policy for each quota, and what is left of it. */
function rateLimitHeaders(
  name: string,
  quotas: readonly Quota[],
  { remaining }: LimitVerdict,
): Record<string, string> {
  const label = ({ seconds }: Quota) => `"${name}-${seconds}s"`
  const policies = quotas.map((quota) => `${label(quota)};q=${quota.limit};w=${quota.seconds}`)
  const states = quotas.map((quota, index) => {
    const { left = 0, resetSeconds = 0 } = remaining[index] ?? {}
    return `${label(quota)};r=${left};t=${resetSeconds}`
  })
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: states.join(', ') }
}

const recordRefusals = (deps: Deps, limitClass: LimitClass, count: number) =>
  recordEvent(deps, { event: 'excess_rate_limit_exceeded', data: { class: limitClass, count } })

const raiseSiteAlarm = (deps: Deps, limitClass: LimitClass, site: string | undefined) =>
  recordEvent(deps, {
    event: 'excess_rate_limit_exceeded',
    data: { class: limitClass, site: `${site ?? ''}::/48` },
  })
