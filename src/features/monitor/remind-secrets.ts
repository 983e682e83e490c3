import { tellOnceSince } from '../../identity/accounts/once-since'
import type { SigningKey } from '../../platform/crypto/jwt'
import type { Deps } from '../../platform/deps'
import type { Counts } from '../../platform/jobs/job'
import { DAY_MS } from '../../platform/time'

export const OLD_DAYS = 180
const MAILED_EVERY_MS = 30 * DAY_MS

/**
 * Reminds the admins, once a month, of keys that sign and are older than half a year. The name of
 * such a key begins with the time it was made at (scripts/keys/signing-key.ts); key rings tell no
 * time, and are rotated by the calendar (docs/operations.md).
 */
export async function remindSecrets(deps: Deps): Promise<Counts> {
  const { SIGNING_KEYS, AUDIT_KEYS } = deps.settings
  const now = deps.now().getTime()
  const keys = Object.entries({ SIGNING_KEYS, AUDIT_KEYS }).flatMap(([setting, [key]]) => {
    const days = Math.floor((now - madeAt(key)) / DAY_MS)
    // Of one whose name tells no time nobody can say; NaN is not old.
    return days >= OLD_DAYS ? [{ setting, kid: key.kid, days }] : []
  })
  if (keys.length === 0) return { mails: 0 }
  const since = new Date(now - MAILED_EVERY_MS)
  const mails = await tellOnceSince(deps, 'remind-secrets:mailed', since, async () => ({
    template: 'secret_rotation_due',
    data: { keys },
  }))
  return { mails }
}

const STAMP = /^(\d{4})(\d\d)(\d\d)T\d{6}Z-/

/** The day on which a key was made, as far as its name tells; else NaN. */
function madeAt({ kid }: SigningKey): number {
  const [, year, month, day] = STAMP.exec(kid) ?? []
  return Date.parse(`${year}-${month}-${day}`)
}
