import { sql } from 'drizzle-orm'
import type { Deps } from '../../platform/deps'
import { DAY_MS } from '../../platform/time'

/** How long a secret of a key works at most; docs/operations.md counts on it. */
export const MAX_KEY_DAYS = 365

/** Days before its end at which the owner of a key is reminded, once each. */
export const REMIND_DAYS = [14, 3] as const

/** The end of a key that begins now, and the reminder that such a short life needs no more. */
export function lifeOf({ now }: Pick<Deps, 'now'>, days: number) {
  return {
    expiresAt: new Date(now().getTime() + days * DAY_MS),
    remindedDays: REMIND_DAYS.findLast((stage) => days <= stage) ?? null,
  }
}

/** Whether a key is neither deleted nor over, for a statement that has its row. */
export const isLive = ({ now }: Pick<Deps, 'now'>) =>
  sql`(api_keys.revoked_at IS NULL AND api_keys.expires_at > ${now().getTime()})`
