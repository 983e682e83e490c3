import { eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { sha256 } from '../crypto/token'
import { pendingActs } from '../db/admin-schema'
import { mailedTokens } from '../db/schema'
import { problem } from '../problems'
import { type ActKind, endActs } from './end-acts'
import { findLink } from './find-link'

/** Stops what an admin has scheduled, with the link of a mail that tells of it. Works once. */
export async function stopAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  token: string,
): Promise<void> {
  const { db } = deps
  const schema = z.object({ act: z.string() })
  const { userId, data, isGood } = await findLink(deps, { purpose: 'stop_act', token, schema })
  const [act] = await db
    .select({ kind: sql<ActKind>`kind`, userId: pendingActs.userId })
    .from(pendingActs)
    .where(eq(pendingActs.id, data.act))
  if (!act) throw problem('invalid_token', { reason: 'no such act' })
  const [, stopped] = await db.batch([
    ...endActs(deps, { ...act, by: userId, data }, sql`act.id = ${data.act} AND ${isGood}`),
    db.delete(mailedTokens).where(eq(mailedTokens.tokenHash, sha256(token))),
  ])
  if (stopped.length === 0) throw problem('invalid_token', { reason: 'not waiting any more' })
}
