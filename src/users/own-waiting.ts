import { eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import { selectLinks } from '../identity/accounts/find-link'
import { linksOf } from '../identity/accounts/links'
import { actKinds, pendingActs } from '../platform/db/admin-schema'
import type { Answers } from '../platform/db/batch'
import type { Deps } from '../platform/deps'
import { isStandingAct } from './standing-acts'

/** What waits of an account, for its owner's export: no link, and not which admin has asked. */
export const ownWaiting = z.object({
  waiting_addresses: z.array(
    z.object({
      purpose: z.enum(['change_email', 'notification_email']),
      email: z.string(),
      expires_at: z.iso.datetime(),
    }),
  ),
  pending_acts: z.array(
    z.object({
      kind: z.enum(actKinds),
      state: z.enum(['waiting', 'done', 'stopped']),
      reason: z.string(),
      created_at: z.iso.datetime(),
      due_at: z.iso.datetime(),
    }),
  ),
})

const withAddress = z.object({ email: z.string() })

/** The queries of it, for a batch. */
export const selectWaiting = (deps: Pick<Deps, 'db' | 'now'>, userId: string) => ({
  links: selectLinks(deps, linksOf(userId, 'change_email', 'notification_email')),
  acts: deps.db
    .select({
      kind: pendingActs.kind,
      // What does not stand any more is only closed on its day.
      state: sql<(typeof pendingActs.$inferSelect)['state']>`CASE WHEN state = 'waiting'
          AND NOT (${isStandingAct(deps, 'pending_acts')}) THEN 'stopped' ELSE state END`,
      reason: pendingActs.reason,
      createdAt: pendingActs.createdAt,
      dueAt: pendingActs.dueAt,
    })
    .from(pendingActs)
    .where(eq(pendingActs.userId, userId)),
})

export const waitingOf = ({
  links,
  acts,
}: Answers<ReturnType<typeof selectWaiting>>): z.output<typeof ownWaiting> => ({
  waiting_addresses: links.map(({ purpose, data, expiresAt }) => ({
    purpose: purpose === 'change_email' ? purpose : 'notification_email',
    email: withAddress.parse(JSON.parse(data ?? '')).email,
    expires_at: expiresAt.toISOString(),
  })),
  pending_acts: acts.map(({ kind, state, reason, createdAt, dueAt }) => ({
    kind,
    state,
    reason,
    created_at: createdAt.toISOString(),
    due_at: dueAt.toISOString(),
  })),
})
