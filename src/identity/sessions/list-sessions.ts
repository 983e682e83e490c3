import { and, desc, eq, gt } from 'drizzle-orm'
import * as z from 'zod'
import { type Role } from '../../platform/db/schema'
import { sessions } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { deviceName } from '../../platform/email/device-name'
import { assuranceOf } from '../credentials/assurance'
import type { CurrentSession } from '../credentials/find-session'
import { lifetimes } from '../credentials/lifetimes'
import { isOfThisEpoch } from '../credentials/session-epoch'

/** A session as its owner sees it. */
export const sessionEntry = z.object({
  id: z.string(),
  current: z.boolean().describe('The one that asks'),
  device: z.string().describe('As its `User-Agent` at login says'),
  ip: z.string().describe('Of the login'),
  country: z.string().nullable(),
  transport: z.enum(['bearer', 'cookie']),
  acr: z.enum(['aal1', 'aal2']),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
})

/** Rows of this epoch whose absolute and idle time has not passed, as `findSession` reckons it. */
export function isLive({ now }: Pick<Deps, 'now'>, role: Role) {
  const ms = now().getTime()
  const idleSince = new Date(ms - lifetimes[role].idleSeconds * 1000)
  const isInTime = and(gt(sessions.expiresAt, new Date(ms)), gt(sessions.lastUsedAt, idleSince))
  return and(isInTime, isOfThisEpoch)
}

/** The live sessions of the user of a session, the one used last first. */
export async function listSessions(
  deps: Pick<Deps, 'db' | 'now'>,
  { id: currentId, user }: CurrentSession,
): Promise<z.output<typeof sessionEntry>[]> {
  const rows = await deps.db
    .select({
      id: sessions.id,
      userAgent: sessions.userAgent,
      ip: sessions.ip,
      country: sessions.country,
      transport: sessions.transport,
      firstFactor: sessions.firstFactor,
      secondFactor: sessions.secondFactor,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .where(and(eq(sessions.userId, user.id), isLive(deps, user.role)))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.createdAt), sessions.id)
  return rows.map((row) => ({
    id: row.id,
    current: row.id === currentId,
    device: deviceName(row.userAgent),
    ip: row.ip,
    country: row.country,
    transport: row.transport,
    acr: assuranceOf(row.firstFactor, row.secondFactor).acr,
    created_at: row.createdAt.toISOString(),
    last_used_at: row.lastUsedAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }))
}
