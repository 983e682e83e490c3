import type { Context } from 'hono'
import { type AuditEvent, recordEvent } from '../audit/record'
import { isSampled } from '../audit/sampled'
import { callStore } from '../call-store'
import type { AppEnv, Deps } from '../deps'
import { networkOf } from '../ip-address'
import { tooMany } from '../problems'
import { type Quota, stricter } from '../window'
import { withFacet } from './facets'
import type { Counted, LimitVerdict } from './ip-limiter'

const MINUTE = 60
const HOUR = 3600

/**
 * What one IPv4 address, IPv6 /64 or account may do. The same table stands in docs/api.md; the
 * setting RATE_LIMITS replaces rows: `{"login":[[30,60],[300,3600]]}` is 30 a minute and 300 an
 * hour.
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
  /** Of one API key, wherever it is used from (identity/api-keys/key-limit.ts). */
  api_key: [{ limit: 1000, seconds: MINUTE }],
} as const satisfies Record<string, readonly Quota[]>

export type LimitClass = keyof typeof limits

/**
 * How many times the quotas of a /64 an IPv6 /48 may use. It is one site, such as a company or a
 * university, or a part of a carrier's network. An IPv4 address, behind which there may be as many
 * people, has half of that.
 */
const SITE_TIMES = 2

/** The quotas of a class, as the settings have them. */
export function quotasOf(
  settings: Pick<Deps['settings'], 'RATE_LIMITS'>,
  limitClass: LimitClass,
): readonly Quota[] {
  const override = settings.RATE_LIMITS[limitClass]
  return override?.map(([limit, seconds]) => ({ limit, seconds })) ?? limits[limitClass]
}

/**
 * Counts the request against its network, and against the account where the guard before it has
 * found a session, so that many networks are no way round. Comes before the body is read: a flood
 * costs one object call, or two at once.
 */
export const rateLimit = (limitClass: LimitClass) =>
  withFacet(
    { limit: limitClass, problems: ['too_many_requests'] },
    async function rateLimit(c, next) {
      const { deps } = c.var
      const principal = c.get('principal')
      const [ofNetwork, ofAccount] = await Promise.all([
        takeOfNetwork(deps, limitClass),
        principal === undefined ? undefined : takeOfAccount(deps, limitClass, principal),
      ])
      c.set('strangersWaitSeconds', ofNetwork.strangersWaitSeconds)
      holdTo(c, limitClass, ofAccount ? stricterVerdict(ofNetwork, ofAccount) : ofNetwork)
      return next()
    },
  )

type LimiterDeps = Pick<Deps, 'db' | 'ipLimiters' | 'settings' | 'caller' | 'now' | 'patience'>

async function takeOfNetwork(deps: LimiterDeps, limitClass: LimitClass): Promise<LimitVerdict> {
  const { network, site } = networkOf(deps.caller.ip)
  const verdict = await takeFrom(deps, limitClass, site ?? network, [
    { name: network, times: 1 },
    ...(site === undefined ? [] : [{ name: site, times: SITE_TIMES }]),
  ])
  const ofSite = verdict.refusedFor === site && site !== undefined && { site: `${site}::/48` }
  await recordRefusals(deps, verdict, { data: { class: limitClass, ...ofSite } })
  return verdict
}

/** What an account may do is what a network may do. */
export async function takeOfAccount(
  deps: LimiterDeps,
  limitClass: LimitClass,
  userId: string,
): Promise<LimitVerdict> {
  const verdict = await takeFrom(deps, limitClass, userId, [{ name: userId, times: 1 }])
  await recordRefusals(deps, verdict, { userId, actor: userId, data: { class: limitClass } })
  return verdict
}

function takeFrom(
  deps: LimiterDeps,
  limitClass: LimitClass,
  name: string,
  counted: readonly Counted[],
): Promise<LimitVerdict> {
  const quotas = quotasOf(deps.settings, limitClass)
  const limiter = deps.ipLimiters.getByName(`${limitClass}|${name}`)
  return callStore(deps, 'limiter', () =>
    limiter.take({ counted, quotas, now: deps.now().getTime() }),
  )
}

/** Refusals of one counter are recorded by their count, for a flood must not fill the log. */
async function recordRefusals(
  deps: LimiterDeps,
  { isAllowed, refusals }: LimitVerdict,
  event: Omit<AuditEvent, 'event'>,
): Promise<void> {
  if (isAllowed || !isSampled(refusals)) return
  const data = { ...event.data, count: refusals }
  await recordEvent(deps, { event: 'excess_rate_limit_exceeded', ...event, data })
}

const stricterVerdict = (one: LimitVerdict, other: LimitVerdict): LimitVerdict => ({
  ...(one.isAllowed ? other : one),
  retryAfterSeconds: Math.max(one.retryAfterSeconds, other.retryAfterSeconds),
  remaining: one.remaining.map((left, index) => stricter(left, other.remaining[index] ?? left)),
})

/** Refuses, or tells what is left. */
export function holdTo(c: Context<AppEnv>, limitClass: LimitClass, verdict: LimitVerdict): void {
  const { settings } = c.var.deps
  requireAllowed(settings, limitClass, verdict)
  const headers = rateLimitHeaders(limitClass, quotasOf(settings, limitClass), verdict)
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
}

export function requireAllowed(
  settings: Deps['settings'],
  limitClass: LimitClass,
  verdict: LimitVerdict,
): void {
  if (verdict.isAllowed) return
  const headers = rateLimitHeaders(limitClass, quotasOf(settings, limitClass), verdict)
  throw tooMany('too_many_requests', verdict.retryAfterSeconds, headers)
}

/**
 * draft-ietf-httpapi-ratelimit-headers-10: one named policy for each quota, and what is left of it.
 */
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
