import { sql } from 'drizzle-orm'
import { decodeProtectedHeader } from 'jose'
import { tellOnceSince } from '../../identity/accounts/once-since'
import { callStore } from '../../platform/call-store'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { maskAddress } from '../../platform/email/header-safety'
import type { Counts } from '../../platform/jobs/job'
import { DAY_MS, HOUR_MS } from '../../platform/time'
import { newestHead } from '../audit-log/tree/heads'
import { readHead } from '../audit-log/tree/tree-head'
import { securityFigures } from './security-figures'

const WEEK_MS = 7 * DAY_MS
/** The first Monday of 1970, at seven. */
const FIRST_MS = 4 * DAY_MS + 7 * HOUR_MS
const EXPIRING_MS = 14 * DAY_MS

/**
 * Mails the admins what happened in the week that ended on Monday at seven, once, whichever cron
 * comes first. The newest tree head goes with it: with each mailbox that keeps it there is one
 * witness more of what the log was.
 */
export async function reportSecurity(deps: Deps): Promise<Counts> {
  const until = new Date(weekOf(deps.now().getTime()))
  const since = new Date(until.getTime() - WEEK_MS)
  const mails = await tellOnceSince(deps, 'report-security:mailed', until, async () => {
    const { newAdmins, ...figures } = await securityFigures(deps, { since, until })
    const data = {
      since,
      until,
      ...figures,
      newAdmins: await addressesOf(deps, newAdmins),
      expiringKeys: await countExpiringKeys(deps),
      head: await head(deps),
    }
    return { template: 'security_report', data }
  })
  return { mails }
}

/** When the week began that this time lies in. */
const weekOf = (ms: number) => Math.floor((ms - FIRST_MS) / WEEK_MS) * WEEK_MS + FIRST_MS

/** Masked, as a mailbox is no place for them; of an account that is gone, its id. */
async function addressesOf(
  deps: Pick<Deps, 'db' | 'patience'>,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const found = await callStore(deps, 'database', () =>
    deps.db
      .select({ id: users.id, email: users.email })
      .from(users)
      .where(sql`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`),
  )
  const addresses = new Map(found.map(({ id, email }) => [id, maskAddress(email)]))
  return ids.map((id) => addresses.get(id) ?? id)
}

async function countExpiringKeys(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<number> {
  const ms = deps.now().getTime()
  const [row] = await callStore(deps, 'database', () =>
    deps.db.all<{ count: number }>(
      sql`SELECT count(*) AS count FROM api_keys
        WHERE expires_at > ${ms} AND expires_at <= ${ms + EXPIRING_MS} AND revoked_at IS NULL`,
    ),
  )
  return row?.count ?? 0
}

async function head(deps: Pick<Deps, 'db' | 'patience'>) {
  const newest = await newestHead(deps)
  if (!newest) return null
  const { jws } = newest
  const { size, root, at } = readHead(jws)
  return { size, root, at: new Date(at), kid: decodeProtectedHeader(jws).kid ?? '', jws }
}
