import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { roles } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { hasAnyAdmin, hasEverHadColleague, hasOtherAdmin, isAdmin } from './admins'

/**
 * Who invites in the place of an admin: the holder of the secret of the service, or the service.
 */
export const BY_BOOTSTRAP = 'bootstrap'
const BY_SYSTEM = 'system'

/** What the link of an invitation is for. */
export const invitation = z.object({
  role: z.enum(roles),
  by: z.string(),
  requestedBy: z.string().nullable(),
  /** The security epochs of both when it was sent; of an account only. */
  byEpoch: z.int().nullable(),
  requestedByEpoch: z.int().nullable(),
})

/**
 * Whether an invitation, by the JSON of its link, still is somebody's word. Of an admin: both who
 * asked for it and who approved it must be admins yet, and have recovered the account or changed
 * how it is secured no more than the asker of an act that waits (standing-acts.ts). Where a sole
 * admin asked for it, and the bootstrap secret or seven days stand for the approval, that one must
 * be the sole admin yet. Where nobody asked, it is of an admin who has never had a colleague, or of
 * the secret before there is any admin. So of a stock of invitations that needed no second admin
 * one makes an admin, and the others are void. Invitations for other roles outlive the role of
 * their sender.
 */
export function isStanding(data: SQL | string): SQL {
  const field = (name: string) => sql`json_extract(${data}, ${`$.${name}`})`
  const [role, by, requestedBy] = [field('role'), field('by'), field('requestedBy')]
  const isOfEpoch = (name: string) => sql`officer.security_epoch = ${field(name)}`
  const isBy = isAdmin(by, isOfEpoch('byEpoch'))
  const isRequestedBy = isAdmin(requestedBy, isOfEpoch('requestedByEpoch'))
  return sql`CASE
    WHEN ${role} <> 'admin' THEN true
    WHEN ${requestedBy} IS NULL AND ${by} = ${BY_BOOTSTRAP} THEN NOT ${hasAnyAdmin}
    WHEN ${requestedBy} IS NULL THEN ${isBy} AND NOT ${hasEverHadColleague(by)}
    WHEN ${by} IN (${BY_BOOTSTRAP}, ${BY_SYSTEM})
      THEN ${isRequestedBy} AND NOT ${hasOtherAdmin(requestedBy)}
    ELSE ${isBy} AND ${isRequestedBy} END`
}

/**
 * Whether an address is invited: a link of an invitation is good, so it alone makes the account.
 */
export const isInvited = ({ now }: Pick<Deps, 'now'>, key: string) => sql`EXISTS (
  SELECT 1 FROM users AS invited JOIN mailed_tokens AS invite ON invite.user_id = invited.id
  WHERE invited.email_key = ${key} AND invited.status = 'pending' AND invite.purpose = 'invite'
  AND invite.expires_at > ${now().getTime()} AND ${isStanding(sql`invite.data`)})`
