import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { merchantProfiles, merchantStates } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'

const PAGE = '50'

/**
 * Where a page begins: the time and id of its first entry. Opaque to clients, and no key to
 * anything.
 */
const CURSOR = /^([0-9a-z]{1,9})\.(usr_[\w-]{22})$/

export const merchantQuery = z.strictObject({
  state: z.enum(merchantStates).default('submitted').describe('The state to list'),
  before: z
    .string()
    .regex(CURSOR, 'must be the `next` of the page before')
    .optional()
    .describe('`next` of the page before'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
    .default(PAGE)
    .transform(Number)
    .describe('Entries a page, 1 to 100'),
})

export const merchantEntry = z.object({
  user_id: z.string(),
  legal_name: z.string().nullable(),
  country: z.string().nullable(),
  state: z.enum(merchantStates),
  version: z.int(),
  submitted_at: z.iso.datetime().nullable(),
  updated_at: z.iso.datetime(),
})

/**
 * One page of the merchants in a state, whoever waits longest first. The index has them in this
 * order, so a page costs no more rows than it shows and one, however many there are.
 */
export async function listMerchants(
  { db }: Pick<Deps, 'db'>,
  { state, before, limit }: z.output<typeof merchantQuery>,
): Promise<{ merchants: z.output<typeof merchantEntry>[]; next: string | null }> {
  const [, at = '', id = ''] = CURSOR.exec(before ?? '') ?? []
  const isLater =
    before === undefined ? sql`` : sql` AND (updated_at, user_id) >= (${parseInt(at, 36)}, ${id})`
  const rows = await db
    .select({
      user_id: merchantProfiles.userId,
      legal_name: merchantProfiles.legalName,
      country: merchantProfiles.country,
      state: merchantProfiles.state,
      version: merchantProfiles.version,
      submittedAt: merchantProfiles.submittedAt,
      updatedAt: merchantProfiles.updatedAt,
    })
    .from(merchantProfiles)
    .where(sql`state = ${state}${isLater}`)
    .orderBy(merchantProfiles.updatedAt, merchantProfiles.userId)
    .limit(limit + 1)
  const merchants = rows.slice(0, limit).map(({ submittedAt, updatedAt, ...row }) => ({
    ...row,
    submitted_at: submittedAt?.toISOString() ?? null,
    updated_at: updatedAt.toISOString(),
  }))
  const first = rows[limit]
  const next = first ? `${first.updatedAt.getTime().toString(36)}.${first.user_id}` : null
  return { merchants, next }
}
