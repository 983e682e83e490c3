import { and, eq } from 'drizzle-orm'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import {
  type CheckedProfile,
  checkProfile,
  columns,
  type FieldName,
  NO_PROFILE,
} from '../../identity/merchant-profile/check-profile'
import {
  asRead,
  NEW,
  refusal,
  type Standing,
  standingOf,
} from '../../identity/merchant-profile/standing'
import { EDITABLE, type MerchantState } from '../../identity/merchant-profile/states'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { merchantProfiles } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import type { ProfileChange } from './profile-change'

const CHANGEABLE: readonly MerchantState[] = [...EDITABLE, 'approved']

/** What an approval was about: another name, country or number is another company. */
const APPROVED_FOR_GOOD = ['legal_name', 'country', 'registration_number', 'tax_number'] as const

/**
 * Changes a profile from the version that the merchant has read to the next. Under review it stays
 * as it is, so that nothing is approved unseen; once approved, only how to reach the business may
 * change.
 */
export async function changeProfile(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  { version, ...change }: ProfileChange,
): Promise<Standing> {
  const { userId } = refOf(session)
  const [before] = await deps.db
    .select()
    .from(merchantProfiles)
    .where(eq(merchantProfiles.userId, userId))
  const { state, version: present } = before ?? NEW
  if (!CHANGEABLE.includes(state) || version !== present) {
    throw refusal({ state, version: present }, CHANGEABLE)
  }
  const given = Object.keys(columns).filter(
    (name): name is FieldName => change[name as FieldName] !== undefined,
  )
  const asked = Object.fromEntries(given.map((name) => [columns[name], change[name]]))
  const { errors, checked } = await checkProfile({ ...(before ?? NO_PROFILE), ...asked })
  if (errors.length > 0) throw problem('invalid_request', { errors })
  if (before && state === 'approved') requireSameCompany(before, checked)
  if (before && isSame(before, checked)) return { state, version }
  return store(deps, session, { state, version }, checked, given)
}

/** Whether a change says what stands there already: that is no version, and leaves no event. */
const isSame = (before: CheckedProfile, after: CheckedProfile): boolean =>
  (Object.keys(after) as (keyof CheckedProfile)[]).every((name) => before[name] === after[name])

function requireSameCompany(before: CheckedProfile, after: CheckedProfile): void {
  const errors = APPROVED_FOR_GOOD.filter(
    (field) => before[columns[field]] !== after[columns[field]],
  ).map((field) => ({
    pointer: `#/${field}`,
    code: 'approved',
    detail: 'is what was approved, and cannot be changed',
  }))
  if (errors.length > 0) throw problem('merchant_state', { errors })
}

/** Makes the first version or the next one, unless another change was faster. */
async function store(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
  { state, version }: Standing,
  profile: CheckedProfile,
  fields: readonly string[],
): Promise<Standing> {
  const { db } = deps
  const { userId, sessionId } = refOf(session)
  const now = deps.now()
  const isAsRead = asRead(userId, { state, version })
  const columns = { state: merchantProfiles.state, version: merchantProfiles.version }
  const {
    stored: [stored],
    present: [present],
  } = await batch(db, {
    // First, since it asks what the row said before.
    event: recordEvent(
      deps,
      {
        event: 'merchant_profile_changed',
        userId,
        actor: userId,
        sessionId,
        data: { fields: fields.join(' '), version: version + 1 },
      },
      isAsRead,
    ),
    stored:
      version === 0
        ? db
            .insert(merchantProfiles)
            .values({ userId, state, ...profile, createdAt: now, updatedAt: now })
            .onConflictDoNothing()
            .returning(columns)
        : db
            .update(merchantProfiles)
            .set({ ...profile, version: version + 1, updatedAt: now })
            .where(and(eq(merchantProfiles.userId, userId), isAsRead))
            .returning(columns),
    present: standingOf(deps, userId),
  })
  if (!stored) throw refusal(present ?? NEW, CHANGEABLE)
  return stored
}
