import { eq, sql } from 'drizzle-orm'
import * as z from 'zod'
import { merchantProfiles, merchantStates } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'
import type { MerchantState } from './states'

/** Where an application is, and which version of it that is about. */
export const standing = z.object({ state: z.enum(merchantStates), version: z.int() })

export type Standing = Readonly<z.output<typeof standing>>

/** No profile yet: a draft in which nothing stands. */
export const NEW: Standing = { state: 'draft', version: 0 }

/**
 * The last statement of a batch, for the refusal if the change before it found nothing to change.
 */
export const standingOf = ({ db }: Pick<Deps, 'db'>, userId: string) =>
  db
    .select({ state: merchantProfiles.state, version: merchantProfiles.version })
    .from(merchantProfiles)
    .where(eq(merchantProfiles.userId, userId))

/** Whether an application is still what was read, at this point of a batch. */
export const asRead = (userId: string, { state, version }: Standing) =>
  version === 0
    ? sql`NOT EXISTS (SELECT 1 FROM merchant_profiles AS mine WHERE mine.user_id = ${userId})`
    : sql`EXISTS (SELECT 1 FROM merchant_profiles AS mine
        WHERE mine.user_id = ${userId} AND mine.state = ${state} AND mine.version = ${version})`

/** The refusal of an act that the present state does not allow, or that is on an older version. */
export function refusal(present: Standing, mayIn: readonly MerchantState[]): Error {
  const { state, version } = present
  if (!mayIn.includes(state)) {
    const detail = version === 0 ? 'there is no profile yet' : `the application is ${WORDS[state]}`
    const error = { pointer: '#', code: state, detail }
    return problem('merchant_state', { errors: [error] })
  }
  const detail = `version ${version} is the present one`
  return problem('version_conflict', { errors: [{ pointer: '#/version', detail }] })
}

const WORDS: Readonly<Record<MerchantState, string>> = {
  draft: 'a draft',
  submitted: 'under review',
  approved: 'approved',
  rejected: 'rejected',
  changes_requested: 'open for changes',
  suspended: 'suspended',
}
