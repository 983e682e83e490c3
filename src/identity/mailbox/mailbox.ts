import { and, desc, eq, gt, sql } from 'drizzle-orm'
import { batch } from '../../platform/db/batch'
import { mailedTokens, signUps, users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { networkOf } from '../../platform/ip-address'
import { type AccountState, stateOf } from '../accounts/account-state'
import { invitation, isStanding } from '../accounts/invitation'
import { ownerColumns } from '../accounts/notify-owner'

type Owner = Readonly<{ id: string; email: string; locale: string; role: string; createdAt: Date }>
type SignUp = typeof signUps.$inferSelect

/** What stands behind an address: what its mailbox may be told, and nobody else. */
export type Mailbox =
  | Readonly<{ state: 'unknown' }>
  | Readonly<{ state: 'unconfirmed'; signUp: SignUp }>
  | Readonly<{ state: 'invited'; owner: Owner; invite: Invite }>
  | Readonly<{ state: 'closing'; owner: Owner; dueAt: Date }>
  | Readonly<{ state: Exclude<AccountState, 'closing'>; owner: Owner }>

type Invite = Readonly<{ tokenHash: string; data: string; expiresAt: Date }>

/** Sign-ups with one address that are looked at, the newest: no flood makes the look long. */
const NEWEST = 100

/**
 * Finds what stands behind an address, in one round trip. An invitation whose link is good comes
 * before a sign-up that waits, since it alone makes the account; one whose time has passed counts
 * for nothing.
 */
export async function findMailbox(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  key: string,
): Promise<Mailbox> {
  const { account, signUp } = await batch(deps.db, {
    account: selectAccount(deps, key),
    signUp: selectSignUp(deps, key),
  })
  const [found] = account
  const [waiting] = signUp
  if (found && found.status !== 'pending') return mailboxOf(found)
  if (found?.invite?.data) {
    const { data } = found.invite
    return { state: 'invited', owner: found, invite: { ...found.invite, data } }
  }
  return waiting ? { state: 'unconfirmed', signUp: waiting } : { state: 'unknown' }
}

function mailboxOf(owner: Owner & Parameters<typeof stateOf>[0]): Mailbox {
  const state = stateOf(owner)
  if (state !== 'closing') return { state, owner }
  return { state, owner, dueAt: owner.erasureDueAt ?? new Date(0) }
}

const selectAccount = ({ db, now }: Pick<Deps, 'db' | 'now'>, key: string) =>
  db
    .select({
      ...ownerColumns,
      status: users.status,
      frozenAt: users.frozenAt,
      erasureDueAt: users.erasureDueAt,
      invite: {
        tokenHash: mailedTokens.tokenHash,
        data: mailedTokens.data,
        expiresAt: mailedTokens.expiresAt,
      },
    })
    .from(users)
    .leftJoin(
      mailedTokens,
      and(
        eq(mailedTokens.userId, users.id),
        eq(mailedTokens.purpose, 'invite'),
        eq(users.status, 'pending'),
        gt(mailedTokens.expiresAt, now()),
        isStanding(sql`${mailedTokens.data}`),
      ),
    )
    .where(eq(users.emailKey, key))
    .limit(1)

/**
 * The sign-up that whoever asks most likely means: of several the latest from their network, else
 * the latest.
 */
function selectSignUp({ db, caller }: Pick<Deps, 'db' | 'caller'>, key: string) {
  const newest = db
    .select()
    .from(signUps)
    .where(eq(signUps.emailKey, key))
    .orderBy(desc(signUps.createdAt))
    .limit(NEWEST)
    .as('newest')
  const isOwn = sql`instr(${newest.ip} || ':', ${`${askerOf(caller.ip)}:`}) = 1`
  return db
    .select()
    .from(newest)
    .orderBy(desc(isOwn), desc(newest.createdAt), desc(newest.expiresAt))
    .limit(1)
}

/** The network that asks, as links are counted: an IPv4 address or an IPv6 /48. */
export function askerOf(ip: string): string {
  const { network, site } = networkOf(ip)
  return site ?? network
}

/** The role that an invitation is for. */
export const roleOf = ({ data }: Invite) => invitation.parse(JSON.parse(data)).role
