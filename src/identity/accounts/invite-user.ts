import { and, eq, type SQL, sql } from 'drizzle-orm'
import { unusableHash } from '../../platform/crypto/password-hash'
import { randomId, randomToken, sha256 } from '../../platform/crypto/token'
import { insertWhere } from '../../platform/db/insert-where'
import { merchantProfiles } from '../../platform/db/merchant-schema'
import { type Role, users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { enqueueNotice } from '../../platform/email/enqueue'
import { emailKey } from '../../platform/text/email-key'
import { DAY_MS } from '../../platform/time'
import { removeSignUps } from './free-address'
import { issueLink, linkColumns, revokeLinks } from './links'
import { mailedLink } from './mailed-link'

const INVITATION_DAYS = 7
export const INVITATION_MS = INVITATION_DAYS * DAY_MS

/** An account that waits for its owner. It has no password, and the hash of none is its mark. */
export type Invited = Readonly<{
  email: string
  locale: string
  passwordHash: string
  /** `FROM users WHERE …`: the account, once `insertInvited` has made it. */
  mine: SQL
  token: string
}>

export function newInvited(email: string, locale = 'en'): Invited {
  const passwordHash = unusableHash()
  const mine = sql`FROM users WHERE email_key = ${emailKey(email)} AND password_hash = ${passwordHash}`
  return { email, locale, passwordHash, mine, token: randomToken() }
}

/**
 * The statements that make the account, if `when` holds and no one has confirmed its address. A
 * sign-up that was never confirmed may be a stranger's: what it left is void. The account is a
 * customer's until the invitation is accepted, whose token alone carries the role; no other mail
 * leads to it.
 */
export function insertInvited(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  { email, locale, passwordHash, mine }: Invited,
  when: SQL,
) {
  const { db, now } = deps
  const key = emailKey(email)
  return {
    invited: insertWhere(
      db,
      users,
      {
        id: randomId('usr'),
        email,
        emailKey: key,
        locale,
        role: 'customer',
        status: 'pending',
        passwordHash,
        securityEpoch: 0,
        createdAt: now().getTime(),
      },
      when,
    ).onConflictDoUpdate({
      target: users.emailKey,
      set: {
        email,
        username: null,
        usernameKey: null,
        displayName: null,
        locale,
        role: 'customer',
        passwordHash,
        securityEpoch: sql`${users.securityEpoch} + 1`,
        createdAt: now(),
      },
      setWhere: eq(users.status, 'pending'),
    }),
    signUps: removeSignUps(deps, key, sql`EXISTS (SELECT 1 ${mine})`),
    links: revokeLinks(deps, sql`user_id IN (SELECT id ${mine})`),
    profile: db.delete(merchantProfiles).where(sql`user_id IN (SELECT id ${mine})`),
  }
}

/**
 * The statement that makes the invitation for the account that `whom` selects (`FROM users WHERE
 * …`). `requestedBy`: the other admin, of an invitation that needed two.
 */
export const issueInvitation = (
  deps: Pick<Deps, 'db' | 'now'>,
  {
    token,
    role,
    by,
    requestedBy = null,
  }: { token: string; role: Role; by: string; requestedBy?: string | null },
  whom: SQL,
) =>
  issueLink(
    deps,
    {
      tokenHash: sha256(token),
      userId: sql`id`,
      purpose: 'invite',
      data: sql`json_object('role', ${role}, 'by', ${by}, 'requestedBy', ${requestedBy},
        'byEpoch', ${epochOf(by)}, 'requestedByEpoch', ${epochOf(requestedBy)})`,
      expiresAt: deps.now().getTime() + INVITATION_MS,
    },
    whom,
  ).returning({ userId: linkColumns.userId })

const epochOf = (userId: string | null) =>
  sql`(SELECT security_epoch FROM users WHERE id = ${userId})`

type Addressed = Pick<Invited, 'email' | 'locale' | 'token'> & { userId: string; role: Role }

export const invitationMail = (deps: Pick<Deps, 'settings' | 'now'>, invited: Addressed) =>
  ({
    template: 'invitation',
    to: invited.email,
    userId: invited.userId,
    locale: invited.locale,
    expiresAt: deps.now().getTime() + INVITATION_MS,
    data: {
      link: mailedLink(deps, 'accept-invitation', invited.token),
      role: invited.role,
      validDays: INVITATION_DAYS,
    },
  }) as const

/** Not a mail to try again for: the bootstrap secret invites once. */
export const mailInvitation = (
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'now' | 'caller' | 'patience'>,
  invited: Addressed,
) => enqueueNotice(deps, invitationMail(deps, invited))

/** Whether an address belongs to an account, of which only admins may hear. */
export async function isAddressTaken({ db }: Pick<Deps, 'db'>, email: string): Promise<boolean> {
  const [taken] = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.emailKey, emailKey(email)), sql`status <> 'pending'`))
  return taken !== undefined
}
