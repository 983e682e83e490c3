import { sql } from 'drizzle-orm'
import { hasEverHadColleague, hasOtherAdmin, isSoleAdmin } from '../../identity/accounts/admins'
import { BY_BOOTSTRAP } from '../../identity/accounts/invitation'
import { grantNotices, newGrant, requestGrant } from '../../identity/approvals/request-grant'
import { recordEvent } from '../../platform/audit/record'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { bootstrapSecret, recordRefusedSecret } from './bootstrap-secret'
import { scheduleAlone } from './invite-alone'
import { type Asked, atOnce, invitedEvent, type Way } from './invite-way'

/**
 * An admin who has colleagues needs the approval of one. A sole admin who has never had any may
 * invite alone, since nobody could approve. One who has had some may have got rid of them: seven
 * days in which they can stop it stand for the approval, or the bootstrap secret, which its
 * operator holds.
 */
export async function wayToAdmin(
  deps: Deps,
  asked: Asked,
  token: string | undefined,
): Promise<Way> {
  const actor = asked.session.user.id
  const [admins] = await deps.db
    .select({
      other: sql<number>`${hasOtherAdmin(actor)}`,
      ever: sql<number>`${hasEverHadColleague(actor)}`,
    })
    .from(sql`(SELECT 1)`)
  if (token !== undefined) {
    if (admins?.other) throw refuseSecret('is for a sole admin; another admin has to approve')
    return bySecret(deps, asked, token)
  }
  if (admins?.other) return byApproval(deps, asked)
  if (!admins?.ever) return atOnce(deps, asked, sql`NOT ${hasEverHadColleague(actor)}`)
  const { email, mine } = asked.invited
  const { scheduled, ...way } = await scheduleAlone(deps, asked.session, { email, mine })
  return { ...way, answer: { scheduled } }
}

async function byApproval(deps: Deps, asked: Asked): Promise<Way> {
  const { session, invited } = asked
  const { email, mine } = invited
  const grant = newGrant(deps)
  const reason = 'invited as an admin'
  const mails = await grantNotices(deps, session, { ...grant, email, reason: null })
  const request = { ...grant, userId: sql`(SELECT id ${mine})`, reason, mails }
  return {
    isPossible: hasOtherAdmin(session.user.id),
    statements: {
      invitedEvent: invitedEvent(deps, asked),
      ...requestGrant(deps, session, request, sql`EXISTS (SELECT 1 ${mine})`),
    },
    answer: { grant },
  }
}

async function bySecret(deps: Deps, asked: Asked, token: string): Promise<Way> {
  const refuse = async (reason: string): Promise<never> => {
    await recordRefusedSecret(deps, reason)
    throw refuseSecret('is not the secret of this service, or it has been used')
  }
  const secret = bootstrapSecret(deps, token)
  if (!secret) return refuse('wrong')
  const [unused] = await deps.db
    .select({ one: sql`1` })
    .from(sql`(SELECT 1)`)
    .where(secret.isUnused)
  if (!unused) return refuse('dead')
  const { session, invited } = asked
  const actor = session.user.id
  const isPossible = sql`${secret.isUnused} AND ${isSoleAdmin(actor)}`
  const { isMade, statements, ...way } = atOnce(deps, asked, isPossible, BY_BOOTSTRAP)
  const userId = sql`(SELECT id ${invited.mine})`
  const event = { event: 'sys_bootstrap', userId, actor, sessionId: session.id } as const
  return {
    ...way,
    statements: {
      ...statements,
      bootstrapEvent: recordEvent(deps, event, isMade),
      secretUsed: secret.use(isMade),
    },
    refuse: () => refuse('used meanwhile'),
  }
}

const refuseSecret = (detail: string) =>
  problem('invalid_request', { errors: [{ pointer: '#/bootstrap_token', detail }] })
