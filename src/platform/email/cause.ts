import * as z from 'zod'
import { SYSTEM } from '../caller'
import type { Deps } from '../deps'
import { networkOf } from '../ip-address'
import { DAY_MS } from '../time'
import type { Standing } from './budget/budget-caps'
import type { Template } from './template'

/** Whose right password, session or link causes a mail. */
const causingAccount = z.object({
  id: z.string(),
  /** Old enough to be no throw-away; admins always are. */
  isOld: z.boolean(),
  /** In a session, or a browser that has completed a login of the account. */
  isKnown: z.boolean(),
})

export type CausingAccount = Readonly<z.infer<typeof causingAccount>>

/**
 * Who causes a mail: the service itself, its admins too, or a caller, by network and account.
 * `unseen`: a stranger, for whom what is left to the network would tell that there was a mail; it
 * counts for none.
 */
export const mailCause = z.union([
  z.enum(['service', 'unseen']),
  z.object({ ip: z.string(), account: causingAccount.optional() }),
])

export type MailCause = Readonly<z.infer<typeof mailCause>>

/** As long as a strong factor is young (decision 019). */
const YOUNG_MS = 3 * DAY_MS

/** The account that causes a mail, by the owner's session unless `isKnown` says otherwise. */
export const causingAccountOf = (
  { now }: Pick<Deps, 'now'>,
  { id, role, createdAt }: Readonly<{ id: string; role: string; createdAt: Date }>,
  isKnown = true,
): CausingAccount => ({
  id,
  isOld: role === 'admin' || now().getTime() - createdAt.getTime() >= YOUNG_MS,
  isKnown,
})

/** The cause of a mail that a request queues. One of a job has none: its template says so. */
export const causeOf = ({ caller }: Pick<Deps, 'caller'>, account?: CausingAccount) =>
  caller.ip === SYSTEM.ip ? undefined : { ip: caller.ip, ...(account && { account }) }

/** What the budget counts a queued mail by: its standing, account and network. */
export function standingOf(
  { cause, userId }: Readonly<{ cause?: MailCause | undefined; userId: string | null }>,
  { causedBy }: Pick<Template, 'causedBy'>,
): Readonly<{
  standing: Standing
  account: string | null
  network: string | null
  site: string | null
}> {
  if (cause === 'service' || causedBy === 'service') {
    return { standing: 'service', account: null, network: null, site: null }
  }
  const caller = cause === 'unseen' ? undefined : cause
  const { network = null, site = null } = caller ? networkOf(caller.ip) : {}
  const account = caller?.account
  if (account) {
    const old = account.isKnown ? 'known' : 'account'
    return { standing: account.isOld ? old : 'young', account: account.id, network, site }
  }
  // Of a job, of a version that did not tell, or unseen.
  const isOwners = causedBy === 'owner'
  return {
    standing: isOwners ? 'account' : 'stranger',
    account: isOwners ? userId : null,
    network,
    site,
  }
}
