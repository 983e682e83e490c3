import { and, eq, sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import {
  type CheckedProfile,
  checkProfile,
  missingFields,
  NO_PROFILE,
} from '../../identity/merchant-profile/check-profile'
import {
  asRead,
  NEW,
  refusal,
  type Standing,
  standingOf,
} from '../../identity/merchant-profile/standing'
import { EDITABLE } from '../../identity/merchant-profile/states'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { insertWhere } from '../../platform/db/insert-where'
import {
  merchantDocuments,
  merchantProfiles,
  merchantReviews,
} from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

const NO_DOCUMENT = {
  pointer: '#/documents',
  detail: 'at least one is needed, such as an extract from the register',
}

/**
 * Hands an application in. What came with the sign-up is checked here for the first time; from here
 * on neither profile nor documents change, so that a reviewer decides on what was handed in.
 */
export async function submitApplication(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'mailQueue' | 'settings' | 'patience'>,
  session: CurrentSession,
  version: number,
): Promise<Standing> {
  const { userId } = refOf(session)
  const {
    before: [before],
    documents,
  } = await batch(deps.db, {
    before: deps.db.select().from(merchantProfiles).where(eq(merchantProfiles.userId, userId)),
    documents: deps.db
      .select({ id: merchantDocuments.id })
      .from(merchantDocuments)
      .where(sql`user_id = ${userId} AND stored_at IS NOT NULL`),
  })
  const present = before ?? NEW
  if (!EDITABLE.includes(present.state) || version !== present.version) {
    throw refusal(present, EDITABLE)
  }
  const profile = before ?? NO_PROFILE
  const { errors, checked } = await checkProfile(profile)
  const missing = [...missingFields(profile), ...(documents.length === 0 ? [NO_DOCUMENT] : [])]
  if (missing.length + errors.length > 0) {
    throw problem('invalid_request', { errors: [...missing, ...errors] })
  }
  const submitted = await store(deps, session, present, checked)
  const data = { legalName: checked.legalName ?? '', ...occasionOf(deps) }
  await notifyOwner(deps, session.user, { template: 'merchant_submitted', data })
  return submitted
}

async function store(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  { state, version }: Standing,
  profile: CheckedProfile,
): Promise<Standing> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  const now = deps.now()
  const isComplete = sql`${asRead(userId, { state, version })} AND EXISTS (
    SELECT 1 FROM merchant_documents AS document
    WHERE document.user_id = ${userId} AND document.stored_at IS NOT NULL)`
  const move = { fromState: state, toState: 'submitted' }
  const review = { userId, version, ...move, actor: userId, at: now.getTime() }
  const data = { version: version + 1 }
  const {
    stored: [stored],
    present: [present],
  } = await batch(db, {
    // Before the profile changes, like the event: both ask what its row said before.
    review: insertWhere(db, merchantReviews, review, isComplete),
    event: recordEvent(
      deps,
      { event: 'merchant_submitted', userId, actor: userId, sessionId, data },
      isComplete,
    ),
    stored: db
      .update(merchantProfiles)
      .set({
        ...profile,
        state: 'submitted',
        version: version + 1,
        submittedAt: now,
        updatedAt: now,
      })
      .where(and(eq(merchantProfiles.userId, userId), isComplete))
      .returning({ state: merchantProfiles.state, version: merchantProfiles.version }),
    present: standingOf(deps, userId),
  })
  if (stored) return stored
  if (present?.version === version) throw problem('invalid_request', { errors: [NO_DOCUMENT] })
  throw refusal(present ?? NEW, EDITABLE)
}
