import { and, eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import { recordEvent } from '../audit/record'
import type { Deps } from '../context'
import { sha256 } from '../crypto/token'
import { mailedTokens, pendingActs } from '../db/schema'
import { problem } from '../problems'
import { findLink } from './find-link'

/** The owner stops what an admin has scheduled for the account, with the link of the mail. Works once. */
export async function stopAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  token: string,
): Promise<void> {
  const { db } = deps
  const schema = z.object({ act: z.string() })
  const { userId, data, isGood } = await findLink(deps, { purpose: 'stop_act', token, schema })
  const isWaiting = sql`${isGood} AND EXISTS (SELECT 1 FROM pending_acts AS act
    WHERE act.id = ${data.act} AND act.user_id = ${userId} AND act.state = 'waiting')`
  const [, stopped] = await db.batch([
    recordEvent(
      deps,
      { event: 'user_factor_removal_stopped', userId, actor: userId, data },
      isWaiting,
    ),
    db
      .update(pendingActs)
      .set({ state: 'stopped', decidedBy: userId, decidedAt: deps.now() })
      .where(and(eq(pendingActs.id, data.act), isWaiting))
      .returning({ id: pendingActs.id }),
    db.delete(mailedTokens).where(eq(mailedTokens.tokenHash, sha256(token))),
  ])
  if (stopped.length === 0) throw problem('invalid_token', { reason: 'not waiting any more' })
}
