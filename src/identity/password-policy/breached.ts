import { createHash } from 'node:crypto'
import type { Deps } from '../../platform/deps'
import { messageOf } from '../../platform/error-text'
import { log } from '../../platform/log'
import { problem } from '../../platform/problems'
import { fetchRange, RangeUnavailable } from './fetch-range'
import { cachedRange, keepRange } from './range-cache'

/** What leaves this service: a thousand leaked passwords and more share these digits. */
const PREFIX_LENGTH = 5

export type BreachSettings = Pick<
  Deps['settings'],
  'BREACHED_PASSWORDS_URL' | 'BREACHED_PASSWORDS_FAIL_OPEN' | 'PUBLIC_URL'
>

/**
 * Whether a password is known from leaks (NIST SP 800-63B-4 §3.1.1.2), as a service with the range
 * API of Pwned Passwords says: it is told the first five digits of a hash and answers with all that
 * begin so. Without an answer: no, and a line in the log; or 503, as the setting says.
 *
 * Neither password nor hash may stand in the log, not even in part: five digits and a name are a
 * hint.
 */
export async function isBreached(
  deps: Pick<Deps, 'patience'> & { settings: BreachSettings },
  password: string,
): Promise<boolean> {
  const { settings } = deps
  if (settings.BREACHED_PASSWORDS_URL === '') return false
  const hash = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase()
  try {
    const leaked = await leakedSuffixes(deps, hash.slice(0, PREFIX_LENGTH))
    return leaked.has(hash.slice(PREFIX_LENGTH))
  } catch (error) {
    if (!(error instanceof RangeUnavailable)) throw error
    const reason = messageOf(error)
    if (!settings.BREACHED_PASSWORDS_FAIL_OPEN) {
      throw problem('service_unavailable', { reason: `breached passwords: ${reason}` })
    }
    log('warn', 'breached_passwords_unavailable', { reason })
    return false
  }
}

async function leakedSuffixes(
  deps: Pick<Deps, 'patience'> & { settings: BreachSettings },
  prefix: string,
) {
  const { BREACHED_PASSWORDS_URL: service, PUBLIC_URL: publicUrl } = deps.settings
  // Under our own host, as the cache wants it; no client can ask for it, since each path is the
  // Worker's.
  const key = `${publicUrl}/password-ranges/${encodeURIComponent(service)}/${prefix}`
  const known = suffixesIn((await cachedRange(key)) ?? '')
  if (known) return known
  const text = await fetchRange(deps, `${service}/${prefix}`)
  const suffixes = suffixesIn(text)
  if (!suffixes) throw new RangeUnavailable('not a range')
  await keepRange(key, text)
  return suffixes
}

const ENTRY = /^([0-9A-F]{35}):(\d{1,15})$/

/**
 * The rest of each leaked hash; `undefined` if a line is anything else, or there is none: a service
 * that has no such digits at all is not the one we mean. Entries that count 0 are padding.
 */
function suffixesIn(text: string): ReadonlySet<string> | undefined {
  const suffixes = new Set<string>()
  for (const line of text.trimEnd().split(/\r?\n/)) {
    const [, suffix, count] = ENTRY.exec(line) ?? []
    if (suffix === undefined) return undefined
    if (Number(count) > 0) suffixes.add(suffix)
  }
  return suffixes
}
