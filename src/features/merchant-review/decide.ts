import { and, eq, type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { notifyOwner, ownerColumns } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { hasFreshStepUp } from '../../identity/credentials/step-up'
import { refusal, type Standing } from '../../identity/merchant-profile/standing'
import {
  type Decision,
  isDecidable,
  type MerchantState,
  transitions,
} from '../../identity/merchant-profile/states'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { insertFrom } from '../../platform/db/insert-where'
import { merchantProfiles, merchantReviews } from '../../platform/db/merchant-schema'
import { users } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import { plainText } from '../../platform/text/display-name'

const version = z.int().min(1)
const reason = plainText(1000)
  .refine((text) => Array.from(text).length >= 10, 'at least 10 characters')
  .describe('In a line; the merchant is told')

export const decisionBody = z.strictObject({
  version: version.describe('The version that the decision is about, as it was read'),
  reason,
})

export const suspensionBody = z.strictObject({
  version: version.optional().describe('Taken, and no condition'),
  reason,
})

/**
 * A suspension and its end are about the business and not about a version of its profile. An
 * approved merchant who changes a telephone number in a loop would outrun every one that named a
 * version.
 */
type Decided = Readonly<{ userId: string; reason: string }> &
  (
    | Readonly<{ decision: 'suspend' | 'reinstate'; version?: never }>
    | Readonly<{ decision: Exclude<Decision, 'suspend' | 'reinstate'>; version: number }>
  )

const EVENTS = {
  approve: 'merchant_approved',
  reject: 'merchant_rejected',
  'request-changes': 'merchant_changes_requested',
  suspend: 'merchant_suspended',
  reinstate: 'merchant_reinstated',
} as const satisfies Record<Decision, string>

/**
 * An admin's decision on an application in its state, and in the version that was read: of two
 * decisions at once, or of one and a change, only one finds it so. Only an active merchant is
 * decided on, and never oneself. The step-up must be there when it is decided, and is not used up.
 */
export async function decide(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'mailQueue' | 'settings' | 'patience'>,
  session: CurrentSession,
  { userId, decision, version, reason }: Decided,
): Promise<Standing> {
  const { db } = deps
  const actor = session.user.id
  if (userId === actor) throw problem('own_account')
  const { from, to } = transitions[decision]
  const isAsRead = version === undefined ? sql`true` : sql`theirs.version = ${version}`
  const now = deps.now()
  const may = hasFreshStepUp(deps, session)
  const mayDecide = sql`${may} AND EXISTS (
    SELECT 1 FROM merchant_profiles AS theirs JOIN users ON users.id = theirs.user_id
    WHERE theirs.user_id = ${userId} AND theirs.state IN ${from} AND ${isAsRead}
      AND ${isDecidable(decision)})`
  const {
    decided: [decided],
    present: [present],
  } = await batch(db, {
    // Before the profile changes, like the event: both ask what its row said before.
    review: insertReview(deps, { userId, to, actor, reason, at: now }, mayDecide),
    event: recordEvent(
      deps,
      {
        event: EVENTS[decision],
        userId,
        actor,
        sessionId: session.id,
        // In any version, its number stands in merchant_reviews.
        ...(version !== undefined && { data: { version: version + 1 } }),
      },
      mayDecide,
    ),
    decided: db
      .update(merchantProfiles)
      .set({ state: to, version: sql`version + 1`, updatedAt: now })
      .where(and(eq(merchantProfiles.userId, userId), mayDecide))
      .returning({ state: merchantProfiles.state, version: merchantProfiles.version }),
    present: selectPresent(deps, userId, { isDecidable: isDecidable(decision), may }),
  })
  if (!decided || !present) throw refused(present, from)
  const data = { decision, reason, time: now }
  await notifyOwner(deps, present.owner, { template: 'merchant_decided', data })
  return decided
}

/** The row of a step, from the version and the state that the profile has before it. */
function insertReview(
  { db }: Pick<Deps, 'db'>,
  step: Readonly<{ userId: string; to: MerchantState; actor: string; reason: string; at: Date }>,
  when: SQL,
) {
  const values = {
    userId: sql`user_id`,
    version: sql`version`,
    fromState: sql`state`,
    toState: step.to,
    actor: step.actor,
    reason: step.reason,
    at: step.at.getTime(),
  }
  const from = sql`FROM merchant_profiles WHERE user_id = ${step.userId} AND ${when}`
  return insertFrom(db, merchantReviews, values, from)
}

/** Where the application is after the batch, for the mail or for the refusal. */
const selectPresent = (
  { db }: Pick<Deps, 'db'>,
  userId: string,
  { isDecidable, may }: Readonly<{ isDecidable: SQL; may: SQL }>,
) =>
  db
    .select({
      state: merchantProfiles.state,
      version: merchantProfiles.version,
      isDecidable: sql`${isDecidable}`.mapWith(Boolean),
      isSteppedUp: sql`${may}`.mapWith(Boolean),
      owner: ownerColumns,
    })
    .from(merchantProfiles)
    .innerJoin(users, eq(users.id, merchantProfiles.userId))
    .where(eq(merchantProfiles.userId, userId))

function refused(
  present: (Standing & { isDecidable: boolean; isSteppedUp: boolean }) | undefined,
  from: Parameters<typeof refusal>[1],
): Error {
  if (!present) return problem('not_found')
  if (!present.isSteppedUp) return problem('insufficient_user_authentication')
  return present.isDecidable ? refusal(present, from) : problem('user_state')
}
