import { eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { sha256 } from '../crypto/token'
import { mailedTokens } from '../db/schema'
import { problem } from '../problems'
import { endActs } from './end-acts'
import { findLink } from './find-link'

/** The owner stops what an admin has scheduled for the account, with the link of the mail. Works once. */
export async function stopAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  token: string,
): Promise<void> {
  const { db } = deps
  const schema = z.object({ act: z.string() })
  const { userId, data, isGood } = await findLink(deps, { purpose: 'stop_act', token, schema })
  const removal = { kind: 'remove_factors', userId, by: userId, data } as const
  const [, stopped] = await db.batch([
    ...endActs(deps, removal, sql`act.id = ${data.act} AND ${isGood}`),
    db.delete(mailedTokens).where(eq(mailedTokens.tokenHash, sha256(token))),
  ])
  if (stopped.length === 0) throw problem('invalid_token', { reason: 'not waiting any more' })
}
