import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { actKinds, pendingActs } from '../../platform/db/admin-schema'
import { roles } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { isStandingAct } from './standing-acts'

/**
 * Where a page begins: the day and id of its first act. Opaque to clients, and no key to anything.
 */
const CURSOR = /^([0-9a-z]{1,9})\.(act_[\w-]{22})$/

export const actQuery = z.strictObject({
  before: z
    .string()
    .regex(CURSOR, 'must be the `next` of the page before')
    .optional()
    .describe('`next` of the page before'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
    .default('50')
    .transform(Number)
    .describe('Acts a page, 1 to 100'),
})

/** What waits for a second admin, or for its day. */
export const waitingAct = z.object({
  id: z.string(),
  user_id: z.string(),
  kind: z.enum(actKinds),
  role: z.enum(roles).nullable().describe('That the account is to have'),
  requested_by: z.string(),
  reason: z.string(),
  due_at: z.iso.datetime(),
})

export const actColumns = {
  id: pendingActs.id,
  userId: pendingActs.userId,
  kind: pendingActs.kind,
  role: pendingActs.role,
  requestedBy: pendingActs.requestedBy,
  reason: pendingActs.reason,
  dueAt: pendingActs.dueAt,
}
type Act = { [C in keyof typeof actColumns]: (typeof pendingActs.$inferSelect)[C] }

export const actEntry = ({
  userId,
  requestedBy,
  dueAt,
  ...act
}: Act): z.output<typeof waitingAct> => ({
  ...act,
  user_id: userId,
  requested_by: requestedBy,
  due_at: dueAt.toISOString(),
})

/**
 * One page of what waits of all accounts, the next due first. The index has it in this order, so a
 * page looks at so many acts and one, with account and admin of each. What does not stand any more
 * is left out: a page may show fewer or none, and only `next: null` is the end.
 */
export async function listActs(
  deps: Pick<Deps, 'db' | 'now'>,
  { before, limit }: z.output<typeof actQuery>,
): Promise<{ acts: z.output<typeof waitingAct>[]; next: string | null }> {
  const [, at = '', id = ''] = CURSOR.exec(before ?? '') ?? []
  const isLater =
    before === undefined ? sql`` : sql` AND (due_at, id) >= (${parseInt(at, 36)}, ${id})`
  const rows = await deps.db
    .select({ act: actColumns, stands: sql<number>`${isStandingAct(deps, 'pending_acts')}` })
    .from(pendingActs)
    .where(sql`state = 'waiting'${isLater}`)
    .orderBy(pendingActs.dueAt, pendingActs.id)
    .limit(limit + 1)
  const first = rows[limit]?.act
  const next = first ? `${first.dueAt.getTime().toString(36)}.${first.id}` : null
  const standing = rows.slice(0, limit).filter(({ stands }) => stands !== 0)
  return { acts: standing.map(({ act }) => actEntry(act)), next }
}
