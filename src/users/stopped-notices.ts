import { sql } from 'drizzle-orm'
import { ownerColumns, ownerNotices } from '../identity/accounts/notify-owner'
import type { ActKind } from '../platform/db/admin-schema'
import { users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import type { WaitingMail } from '../platform/email/enqueue'
import { maskAddress } from '../platform/email/header-safety'

type Stopped = Readonly<{ kind: ActKind; userId: string; requestedBy: string }>

/**
 * The mails that tell of an act that `by` stops: to the admin who asked for it, and to the account
 * that was told it waits. An owner who is no admin does not read which admin it was (decision 027).
 */
export async function stoppedNotices(
  deps: Pick<Deps, 'db' | 'settings' | 'now' | 'caller'>,
  { kind, userId, requestedBy }: Stopped,
  by: string,
): Promise<WaitingMail[]> {
  const ids = JSON.stringify([userId, requestedBy, by])
  const people = await deps.db
    .select(ownerColumns)
    .from(users)
    .where(sql`id IN (SELECT value FROM json_each(${ids}))`)
  const of = (id: string) => people.find((person) => person.id === id)
  const [account, stopper] = [of(userId), of(by)]
  // The owner of an account that is to be an admin's has heard of nothing yet.
  const isTold = kind !== 'grant_admin' && kind !== 'invite_admin'
  const told = people.filter(
    ({ id }) => id !== by && (id === requestedBy || (isTold && id === userId)),
  )
  const time = deps.now()
  const address = maskAddress(account?.email ?? '')
  const mails = told.map((person) => {
    const stoppedBy = person.role === 'admin' && stopper ? maskAddress(stopper.email) : null
    const data = { what: kind, address, stoppedBy, time }
    return ownerNotices(deps, person, { template: 'act_stopped', data })
  })
  return (await Promise.all(mails)).flat()
}
