import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { mac } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import { networkOf } from '../../platform/ip-address'
import { log } from '../../platform/log'

/**
 * Wrong tries with one password, over all accounts, in an hour: three accounts at least, as each
 * locks after five.
 */
const SPRAY = { limit: 30, seconds: 3600 } as const
/** 24 bits of a keyed hash: enough to tell sprayed passwords apart, worthless for finding one. */
const BUCKET_CHARACTERS = 4

/**
 * Notes a wrong password, so that one password tried on many accounts is seen however many networks
 * it comes from (password spraying: no account ever gets near its lock). From the thirtieth in an
 * hour on, a network that tries it, an IPv6 /48 as a whole, refuses logins to browsers that the
 * account does not know, for an hour (start-login.ts); one event tells of it.
 *
 * Nothing of it is in the answer, which is the same for every account.
 */
export async function noteWrongPassword(
  deps: Pick<Deps, 'db' | 'ipLimiters' | 'settings' | 'caller' | 'now' | 'patience'>,
  password: string,
): Promise<void> {
  const now = deps.now().getTime()
  const canonical = password.normalize('NFC')
  const bucket = mac(deps.settings.SEALING_KEYS, 'spray', canonical).slice(0, BUCKET_CHARACTERS)
  const watcher = deps.ipLimiters.getByName(`spray|${bucket}`)
  const count = await callStore(deps, 'limiter', () =>
    watcher.count({ key: 'all', quota: SPRAY, now }),
  )
  if (count < SPRAY.limit) return
  if (count === SPRAY.limit)
    await recordEvent(deps, { event: 'authn_spray_detected', data: { count } })
  const { network, site } = networkOf(deps.caller.ip)
  const limiter = deps.ipLimiters.getByName(`login|${site ?? network}`)
  const { seconds } = SPRAY
  const isNew = await callStore(deps, 'limiter', () => limiter.refuseStrangers({ seconds, now }))
  // Once for each network that takes part, and not for each of its tries.
  if (!isNew) return
  log('warn', 'authn_spray', { request_id: deps.caller.requestId, ip: deps.caller.ip })
}
