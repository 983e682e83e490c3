import { and, type SQL, sql } from 'drizzle-orm'
import { sha256 } from '../../platform/crypto/token'
import { insertFrom } from '../../platform/db/insert-where'
import { mailedTokens } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'

export type Purpose = (typeof mailedTokens.$inferSelect)['purpose']

type Link = Readonly<{
  tokenHash: SQL | string
  userId: SQL | string
  /** Undefined only beside a query that finds no row. */
  purpose: Purpose | undefined
  data?: SQL | string | null
  expiresAt: SQL | number
}>

/** The columns that others name: what a new link returns, and which purposes are ended. */
export const linkColumns = {
  userId: mailedTokens.userId,
  purpose: mailedTokens.purpose,
  expiresAt: mailedTokens.expiresAt,
}

/**
 * The statement that stores a link for each row of a query, `FROM … WHERE …` or a `WHERE …` alone,
 * whose columns the link may name. It ends no other link, so that a second mail does not break the
 * first.
 */
export const issueLink = ({ db }: Pick<Deps, 'db'>, link: Link, from: SQL) =>
  insertFrom(
    db,
    mailedTokens,
    {
      tokenHash: link.tokenHash,
      userId: link.userId,
      purpose: link.purpose ?? '',
      data: link.data ?? null,
      expiresAt: link.expiresAt,
    },
    from,
  )

/**
 * The statements that store a link for a new address and end those of the same purpose before it:
 * the address that was typed last is meant. The link carries the account's epoch and the session,
 * so that it dies with either.
 */
export function replaceAddressLink(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  link: {
    userId: string
    sessionId: string
    email: string
    token: string
    purpose: 'change_email' | 'notification_email'
  },
  when: SQL,
) {
  const { userId, sessionId, email, token, purpose } = link
  return {
    linksBefore: revokeLinks(deps, linksOf(userId, purpose), when),
    link: issueLink(
      deps,
      {
        tokenHash: sha256(token),
        userId: sql`id`,
        purpose,
        data: sql`json_object('email', ${email}, 'sessionId', ${sessionId},
          'epoch', security_epoch)`,
        expiresAt: deps.now().getTime() + deps.settings.EMAIL_VERIFICATION_TIMEOUT * 1000,
      },
      sql`FROM users WHERE id = ${userId} AND ${when}`,
    ),
  }
}

/** The statement that ends links, if `when` holds. An ended link has no row. */
export const revokeLinks = ({ db }: Pick<Deps, 'db'>, links: SQL, when?: SQL) =>
  db.delete(mailedTokens).where(and(links, when))

/** Which links belong to an account: those of the given purposes, or all where none is given. */
export const linksOf = (userId: string, ...purposes: readonly Purpose[]): SQL =>
  purposes.length === 0
    ? sql`user_id = ${userId}`
    : sql`user_id = ${userId} AND purpose IN ${purposes}`

/** Which link has a token. A purpose keeps a route from ending the links of other routes. */
export const linkWith = (tokenHash: string, purpose?: Purpose): SQL =>
  purpose === undefined
    ? sql`token_hash = ${tokenHash}`
    : sql`token_hash = ${tokenHash} AND purpose = ${purpose}`
