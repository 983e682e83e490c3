import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import { isAddressFree, removeInvited, removeSignUps } from '../identity/accounts/free-address'
import { isInvited } from '../identity/accounts/invitation'
import { notifyOwner, occasionOf, ownerColumns } from '../identity/accounts/notify-owner'
import { issueDevice } from '../identity/attempts/device-token'
import { rememberDevice } from '../identity/attempts/remember-device'
import { insertDraft, merchantDraft } from '../merchants/draft'
import { recordEvent } from '../platform/audit/record'
import { randomId, sha256 } from '../platform/crypto/token'
import { batch } from '../platform/db/batch'
import { insertWhere } from '../platform/db/insert-where'
import { signUps, users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import { usernameKey } from '../platform/text/username'

type SignUp = typeof signUps.$inferSelect

/** What came of a confirmed link. */
export type Verified = Readonly<{
  /** The username that was wished for belongs to another account by now, and this one has none. */
  isUsernameTaken: boolean
  deviceToken: string
}>

/**
 * Makes the account of the sign-up that the link was mailed for, and of no other: whoever else
 * signed up with the same address has a link of their own. The first one that is used ends them
 * all. Opens no session.
 *
 * The browser is known from then on, so that what strangers have done with the name does not keep
 * its owner out.
 */
export async function verifyEmail(
  deps: Deps,
  token: string,
  deviceTokens: readonly string[],
): Promise<Verified> {
  const { db } = deps
  const signUp = await findSignUp(deps, token)
  const { emailKey: key, username, merchant } = signUp
  const userId = randomId('usr')
  // An invitation is answered by its own link alone.
  const isGood = sql`EXISTS (SELECT 1 FROM sign_ups WHERE token_hash = ${signUp.tokenHash})
    AND NOT ${isInvited(deps, key)}`
  const mine = sql`FROM users WHERE id = ${userId}`
  const isDone = sql`EXISTS (SELECT 1 ${mine})`
  const who = { userId, actor: userId }
  const draft = merchant === null ? undefined : merchantDraft.parse(JSON.parse(merchant))
  const { account } = await batch(db, {
    ...removeInvited(deps, { key, userId }, isGood),
    account: insertUser(deps, userId, signUp, sql`${isGood} AND ${isAddressFree(key, userId)}`),
    created: recordEvent(deps, { event: 'user_created', ...who }, isDone),
    verified: recordEvent(deps, { event: 'user_email_verified', ...who }, isDone),
    draft: draft && insertDraft(deps, draft, mine),
    others: removeSignUps(deps, key, isDone),
  })
  const [owner] = account
  if (!owner) throw problem('invalid_token', { reason: 'used meanwhile' })
  const isUsernameTaken = username !== null && owner.username === null
  if (isUsernameTaken) {
    const data = { username, ...occasionOf(deps) }
    await notifyOwner(deps, owner, { template: 'username_unavailable', data })
  }
  const device = issueDevice(deps, userId, deviceTokens)
  await rememberDevice(deps, userId, { device: device.hash, epoch: owner.securityEpoch })
  return { isUsernameTaken, deviceToken: device.token }
}

async function findSignUp({ db, now }: Pick<Deps, 'db' | 'now'>, token: string): Promise<SignUp> {
  const [found] = await db
    .select()
    .from(signUps)
    .where(and(eq(signUps.tokenHash, sha256(token)), gt(signUps.expiresAt, now())))
  if (!found) throw problem('invalid_token')
  return found
}

/**
 * The statement that makes the account, if `when` holds: with the username, if nobody has that yet.
 */
function insertUser({ db, now }: Pick<Deps, 'db' | 'now'>, id: string, signUp: SignUp, when: SQL) {
  const { username: wish, ...given } = signUp
  const wishedKey = wish === null ? null : (usernameKey(wish) ?? null)
  // Inside the one statement, so that of two who confirm at once one finds it free.
  const isFree = sql`NOT EXISTS (SELECT 1 FROM users WHERE username_key = ${wishedKey})`
  const values = {
    id,
    email: given.email,
    emailKey: given.emailKey,
    username: sql`CASE WHEN ${isFree} THEN ${wish} END`,
    usernameKey: sql`CASE WHEN ${isFree} THEN ${wishedKey} END`,
    locale: given.locale,
    role: given.role,
    status: 'active',
    passwordHash: given.passwordHash,
    securityEpoch: 0,
    emailVerifiedAt: now().getTime(),
    createdAt: now().getTime(),
  }
  return insertWhere(db, users, values, when).returning({
    ...ownerColumns,
    username: users.username,
    securityEpoch: users.securityEpoch,
  })
}
