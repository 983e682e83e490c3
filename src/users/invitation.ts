import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import type { Deps } from '../context'
import { roles } from '../db/schema'
import { hasAnyAdmin, hasOtherAdmin, isAdmin } from '../roles/admins'

/** Who has asked for the first admin: whoever holds the secret of the service, no user. */
export const BY_BOOTSTRAP = 'bootstrap'

/** What the link of an invitation is for. */
export const invitation = z.object({
  role: z.enum(roles),
  by: z.string(),
  requestedBy: z.string().nullable(),
})

/**
 * Whether an invitation, by the JSON of its link, still is somebody's word. Of an admin: both who
 * asked for it and who approved it must be admins yet. Where nobody has asked, one admin alone has
 * sent it for want of a second, and it is void once there is one; so is that of the bootstrap
 * secret once there is any admin, or a stock of either would make accomplices later. Other
 * invitations outlive the role of whoever sent them.
 */
export function isStanding(data: SQL | string): SQL {
  const [role, by, requestedBy] = ['$.role', '$.by', '$.requestedBy'].map(
    (path) => sql`json_extract(${data}, ${path})`,
  ) as [SQL, SQL, SQL]
  return sql`CASE
    WHEN ${role} <> 'admin' THEN true
    WHEN ${by} = ${BY_BOOTSTRAP} THEN NOT ${hasAnyAdmin}
    WHEN ${requestedBy} IS NULL THEN ${isAdmin(by)} AND NOT ${hasOtherAdmin(by)}
    ELSE ${isAdmin(by)} AND ${isAdmin(requestedBy)} END`
}

/**
 * Whether an address is invited: a link of an invitation is good, so it alone makes the account.
 */
export const isInvited = ({ now }: Pick<Deps, 'now'>, key: string) => sql`EXISTS (
  SELECT 1 FROM users AS invited JOIN mailed_tokens AS invite ON invite.user_id = invited.id
  WHERE invited.email_key = ${key} AND invited.status = 'pending' AND invite.purpose = 'invite'
  AND invite.expires_at > ${now().getTime()} AND ${isStanding(sql`invite.data`)})`
