import { and, eq, gt, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Deps } from '../context'
import { sha256 } from '../crypto/token'
import { mailedTokens } from '../db/schema'
import { problem } from '../problems'

type Purpose = (typeof mailedTokens.$inferSelect)['purpose']

/**
 * Reads a mailed link and uses nothing up. Its row never changes, it only goes: `isGood` tells within a
 * batch whether it is still there, and decides.
 */
export async function findLink<Data>(
  deps: Pick<Deps, 'db' | 'now'>,
  link: { purpose: Purpose; token: string; schema: z.ZodType<Data> },
) {
  const tokenHash = sha256(link.token)
  const [found] = await deps.db
    .select({
      userId: mailedTokens.userId,
      data: mailedTokens.data,
      expiresAt: mailedTokens.expiresAt,
    })
    .from(mailedTokens)
    .where(
      and(
        eq(mailedTokens.tokenHash, tokenHash),
        eq(mailedTokens.purpose, link.purpose),
        gt(mailedTokens.expiresAt, deps.now()),
      ),
    )
  if (!found) throw problem('invalid_token')
  return {
    ...found,
    data: link.schema.parse(JSON.parse(found.data ?? 'null')),
    isGood: sql`EXISTS (SELECT 1 FROM mailed_tokens AS link
      WHERE link.token_hash = ${tokenHash})`,
  }
}

/** Whether an account is in use and as it was when a link was asked for: a link from before any change
 * of password, address, role or factor is dead. */
export const isUnchangedSince = (epoch: number, userId: string) => sql`EXISTS (
  SELECT 1 FROM users AS holder WHERE holder.id = ${userId} AND holder.security_epoch = ${epoch}
  AND holder.status = 'active' AND holder.frozen_at IS NULL AND holder.erasure_due_at IS NULL)`
