import { and, gt, type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { sha256 } from '../../platform/crypto/token'
import { mailedTokens } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { linkWith, type Purpose } from './links'

/**
 * Reads a mailed link and uses nothing up. Its row never changes, it only goes: `isGood` tells
 * within a batch whether it is still there, and decides.
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
    .where(and(linkWith(tokenHash, link.purpose), gt(mailedTokens.expiresAt, deps.now())))
  if (!found) throw problem('invalid_token')
  return {
    ...found,
    data: link.schema.parse(JSON.parse(found.data ?? 'null')),
    isGood: isLinkThere(tokenHash),
  }
}

/** Whether a link is there at this point of a batch. */
export const isLinkThere = (tokenHash: string) => sql`EXISTS (SELECT 1 FROM mailed_tokens AS link
  WHERE link.token_hash = ${tokenHash})`

/** The id of the account whose link has a token and is good, NULL where there is none. */
export const holderOf = (
  { now }: Pick<Deps, 'now'>,
  { purpose, tokenHash }: { purpose: Purpose; tokenHash: string },
) => sql`(SELECT user_id FROM mailed_tokens WHERE token_hash = ${tokenHash}
  AND purpose = ${purpose} AND expires_at > ${now().getTime()})`

/** The query of links, good or expired, for a batch. */
export const selectLinks = ({ db }: Pick<Deps, 'db'>, links: SQL) =>
  db
    .select({
      purpose: mailedTokens.purpose,
      data: mailedTokens.data,
      expiresAt: mailedTokens.expiresAt,
    })
    .from(mailedTokens)
    .where(links)

/**
 * Whether an account is in use and as it was when a link was asked for: a link from before any
 * change of password, address, role or factor is dead.
 */
export const isUnchangedSince = (epoch: number, userId: string) => sql`EXISTS (
  SELECT 1 FROM users AS holder WHERE holder.id = ${userId} AND holder.security_epoch = ${epoch}
  AND holder.status = 'active' AND holder.frozen_at IS NULL AND holder.erasure_due_at IS NULL)`
