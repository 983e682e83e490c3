import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'

/** Sign-ups with addresses of one mail domain, from wherever they come. */
const MANY = { limit: 50, seconds: 3600 } as const

/**
 * Notes a sign-up, so that many with one mail domain are seen however many networks they come from
 * (throw-away domains, plus-addresses). It is watched and never refused: the domain may be a large
 * provider's, and its users have done nothing. One event an hour tells of it.
 */
export async function noteSignUp(
  deps: Pick<Deps, 'db' | 'ipLimiters' | 'caller' | 'now' | 'patience'>,
  emailKey: string,
): Promise<void> {
  const domain = emailKey.slice(emailKey.lastIndexOf('@') + 1)
  const watcher = deps.ipLimiters.getByName(`signup-domain|${domain}`)
  const now = deps.now().getTime()
  const count = await callStore(deps, 'limiter', () =>
    watcher.count({ key: 'all', quota: MANY, now }),
  )
  if (count !== MANY.limit) return
  await recordEvent(deps, {
    event: 'excess_rate_limit_exceeded',
    data: { class: 'sign_up_domain', domain },
  })
}
