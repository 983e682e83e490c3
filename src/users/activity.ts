import { and, desc, eq, lt } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { auditEvents } from '../db/audit-schema'
import { deviceName } from '../email/device-name'

/** What has happened to an account, as its owner sees it. */
export const activityEvent = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  event: z.string(),
  ip: z.string().nullable(),
  country: z.string().nullable(),
  device: z.string().nullable(),
  session_id: z.string().nullable(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
})

/**
 * One page of what concerns a user, newest first, from before the event `before` on. The index has a
 * user's events in this order, so a page costs no more rows than it shows, however many there are.
 */
export async function listActivity(
  { db }: Pick<Deps, 'db'>,
  userId: string,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<{ events: z.output<typeof activityEvent>[]; next: string | null }> {
  const rows = await db
    .select({
      id: auditEvents.id,
      at: auditEvents.at,
      event: auditEvents.event,
      ip: auditEvents.ip,
      country: auditEvents.country,
      userAgent: auditEvents.userAgent,
      sessionId: auditEvents.sessionId,
      data: auditEvents.data,
    })
    .from(auditEvents)
    .where(
      and(
        eq(auditEvents.userId, userId),
        before === undefined ? undefined : lt(auditEvents.id, before),
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(limit + 1)
  const events = rows.slice(0, limit).map(({ userAgent, sessionId, at, ...row }) => ({
    ...row,
    at: at.toISOString(),
    device: userAgent === null ? null : deviceName(userAgent),
    session_id: sessionId,
  }))
  const last = events.at(-1)
  return { events, next: last && rows.length > limit ? String(last.id) : null }
}
