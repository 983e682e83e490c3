import { type SQL, sql } from 'drizzle-orm'
import { randomToken, sha256 } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import { DAY_MS } from '../../platform/time'
import { YOUNG_MS, youngAfter } from '../factors/strong-factors'
import { issueLink } from './links'
import { mailedLink } from './mailed-link'

/** How long the owner of an address that was replaced can take that back (decision 009). */
export const ADDRESS_MS = 7 * DAY_MS

/**
 * The statement that makes a “this was not me” link. It takes the account back to what it is at
 * this point: to its address, and to the factors that are not young.
 */
export const issueNotMe = (
  deps: Pick<Deps, 'db' | 'now'>,
  link: { userId: string; token: string; goodForMs?: number },
  when: SQL,
) =>
  issueLink(
    deps,
    {
      tokenHash: sha256(link.token),
      userId: sql`id`,
      purpose: 'not_me',
      data: sql`json_object('email', email, 'since', ${youngAfter(deps).getTime()})`,
      expiresAt: deps.now().getTime() + (link.goodForMs ?? ADDRESS_MS),
    },
    sql`FROM users WHERE id = ${link.userId} AND ${when}`,
  )

/**
 * The same for a strong factor or backup codes that are added, while they are young: what its mail
 * links to.
 */
export function undoFactorsLink(deps: Pick<Deps, 'db' | 'now' | 'settings'>, userId: string) {
  const token = randomToken()
  return {
    link: mailedLink(deps, 'not-me', token),
    expiresAt: deps.now().getTime() + YOUNG_MS,
    issue: (when: SQL) => issueNotMe(deps, { userId, token, goodForMs: YOUNG_MS }, when),
  }
}
