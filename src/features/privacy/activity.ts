import { and, desc, eq, lt } from 'drizzle-orm'
import * as z from 'zod'
import { personalKeys } from '../../platform/audit/personal-box'
import { openText } from '../../platform/audit/text'
import { auditEvents } from '../../platform/db/audit-schema'
import type { Deps } from '../../platform/deps'
import { deviceName } from '../../platform/email/device-name'

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

/**
 * What has happened to an account, as its owner sees it: of what an admin did not where, with what
 * and by whom, for that is the admin's own business.
 */
export const activityEvent = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  event: z.string(),
  ip: z.string().nullable(),
  country: z.string().nullable(),
  device: z.string().nullable(),
  session_id: z.string().nullable(),
  data: facts.nullable(),
  text: facts
    .nullable()
    .describe('What was said of the account: an admin’s `reason`, `data` of another service'),
})

/**
 * One page of what concerns a user, newest first, from before the event `before` on. The index has
 * a user's events in this order, so a page costs no more rows than it shows, however many there
 * are.
 */
export async function listActivity(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  userId: string,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<{ events: z.output<typeof activityEvent>[]; next: string | null }> {
  const rows = await deps.db
    .select({
      id: auditEvents.id,
      at: auditEvents.at,
      event: auditEvents.event,
      actor: auditEvents.actor,
      ip: auditEvents.ip,
      country: auditEvents.country,
      userAgent: auditEvents.userAgent,
      sessionId: auditEvents.sessionId,
      data: auditEvents.data,
      text: auditEvents.text,
      textHash: auditEvents.textHash,
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
  const page = rows.slice(0, limit)
  // Few events have a text: the page of most is one query.
  const key = page.some(({ text }) => text !== null)
    ? (await personalKeys(deps, [userId])).get(userId)
    : undefined
  const events = await Promise.all(page.map((row) => seenBy(userId, row, key)))
  const last = events.at(-1)
  return { events, next: last && rows.length > limit ? String(last.id) : null }
}

type Row = Omit<
  typeof auditEvents.$inferSelect,
  'level' | 'userId' | 'requestId' | 'salt' | 'personal'
>

async function seenBy(
  userId: string,
  row: Row,
  key: CryptoKey | undefined,
): Promise<z.output<typeof activityEvent>> {
  const isAnother = (value: unknown) =>
    typeof value === 'string' && value.startsWith('usr_') && value !== userId
  const { id, at, event, actor, ip, country, userAgent, sessionId, data } = row
  const said = await openText(key, { id, box: row.text, hash: row.textHash })
  const where = { ip, country, device: userAgent && deviceName(userAgent), session_id: sessionId }
  return {
    id,
    at: at.toISOString(),
    event,
    ...(isAnother(actor) ? NOWHERE : where),
    data: data && without(isAnother, data),
    text: said && without(isAnother, said.text),
  }
}

/** An invitation, say, that was accepted names who had sent it. */
const without = (isHidden: (value: unknown) => boolean, all: z.output<typeof facts>) =>
  Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, isHidden(value) ? null : value]),
  )

const NOWHERE = { ip: null, country: null, device: null, session_id: null }
