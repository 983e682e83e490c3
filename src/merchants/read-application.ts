import { and, asc, eq, isNotNull, sql } from 'drizzle-orm'
import type * as z from 'zod'
import { batch } from '../platform/db/batch'
import {
  merchantDocuments,
  merchantProfiles,
  merchantReviews,
} from '../platform/db/merchant-schema'
import { users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import { type application, type reviewedApplication, shown, type step } from './application'
import { entryColumns, entryOf } from './document-entry'

/** An application for its own merchant. */
export async function readApplication(
  { db }: Pick<Deps, 'db'>,
  userId: string,
): Promise<z.output<typeof application>> {
  const { profile, documents, history } = await batch(db, partsOf({ db }, userId))
  return {
    ...(await shown(profile[0])),
    documents: documents.flatMap(entryOf),
    history: history.map(stepOf),
  }
}

/** Others with one of the numbers, of whom a reviewer sees so many. */
const DUPLICATES = 20

/** The same for a reviewer. */
export async function reviewApplication(
  { db }: Pick<Deps, 'db'>,
  userId: string,
): Promise<z.output<typeof reviewedApplication>> {
  const {
    profile: [row],
    documents,
    history,
    owner: [owner],
    duplicates,
  } = await batch(db, {
    ...partsOf({ db }, userId),
    owner: db
      .select({ email: users.email, status: users.status })
      .from(users)
      .where(eq(users.id, userId)),
    duplicates: db
      .select({
        user_id: merchantProfiles.userId,
        legal_name: merchantProfiles.legalName,
        state: merchantProfiles.state,
      })
      .from(merchantProfiles)
      .where(sql`user_id IN (${sameNumber(userId)})`)
      .limit(DUPLICATES),
  })
  if (!row || !owner) throw problem('not_found')
  return {
    user_id: userId,
    email: owner.email,
    user_status: owner.status,
    ...(await shown(row)),
    documents: documents.flatMap(entryOf),
    history: history.map((entry) => ({ ...stepOf(entry), actor: entry.actor })),
    duplicates,
  }
}

/**
 * Who has one of this merchant's numbers, as either of theirs: a country may have several kinds of
 * number for one company, and take the same kind for both fields. One search in each index, of as
 * many as are shown: there may be any number.
 */
const sameNumber = (userId: string) => {
  const withNumberIn = (column: 'registration_number' | 'tax_number') =>
    sql`SELECT * FROM (SELECT theirs.user_id FROM merchant_profiles AS mine JOIN merchant_profiles AS theirs
      ON theirs.country = mine.country
      AND theirs.${sql.raw(column)} IN (mine.registration_number, mine.tax_number)
      WHERE mine.user_id = ${userId} AND theirs.user_id <> mine.user_id LIMIT ${DUPLICATES})`
  return sql`${withNumberIn('registration_number')} UNION ${withNumberIn('tax_number')}`
}

/** The three queries that make an application, for a batch. */
export const partsOf = ({ db }: Pick<Deps, 'db'>, userId: string) => ({
  profile: db.select().from(merchantProfiles).where(eq(merchantProfiles.userId, userId)),
  documents: db
    .select(entryColumns)
    .from(merchantDocuments)
    .where(and(eq(merchantDocuments.userId, userId), isNotNull(merchantDocuments.storedAt)))
    .orderBy(asc(merchantDocuments.createdAt), asc(merchantDocuments.id)),
  history: db
    .select({
      at: merchantReviews.at,
      version: merchantReviews.version,
      from: merchantReviews.fromState,
      to: merchantReviews.toState,
      actor: merchantReviews.actor,
      reason: merchantReviews.reason,
    })
    .from(merchantReviews)
    .where(eq(merchantReviews.userId, userId))
    .orderBy(asc(merchantReviews.version)),
})

type Entry = Omit<z.output<typeof step>, 'at'> & { at: Date }

/** One step of the history; who decided is told to reviewers alone. */
export const stepOf = ({ at, version, from, to, reason }: Entry): z.output<typeof step> => ({
  at: at.toISOString(),
  version,
  from,
  to,
  reason,
})
