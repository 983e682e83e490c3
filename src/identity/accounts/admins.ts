import { sql } from 'drizzle-orm'

/**
 * Whether an account of this alias can administer: neither disabled, frozen nor about to be erased.
 * `+`: found by the few who have the role (`users_role`), never among all who are active.
 */
const canAdminister = (alias: string) =>
  sql.raw(`${alias}.role = 'admin' AND +${alias}.status = 'active'
    AND ${alias}.frozen_at IS NULL AND ${alias}.erasure_due_at IS NULL`)

/** Of which accounts a query for administrators is. */
export const isActiveAdmin = canAdminister('users')

/**
 * Whether there is an admin beside this user, at this point of a batch: without one nobody may go.
 */
export const hasOtherAdmin = (userId: string | ReturnType<typeof sql>) => sql`EXISTS (
  SELECT 1 FROM users AS other WHERE ${canAdminister('other')} AND other.id <> ${userId})`

/**
 * Whether this user is an admin, of whom `and` holds, at this point of a batch; the id may be a
 * column.
 */
export const isAdmin = (userId: string | ReturnType<typeof sql>, and = sql`true`) => sql`EXISTS (
  SELECT 1 FROM users AS officer
  WHERE ${canAdminister('officer')} AND officer.id = ${userId} AND ${and})`

/**
 * Whether any account but this one has ever been an admin's (`admin_appointments`), which no later
 * change takes back. Reads two rows at most.
 */
export const hasEverHadColleague = (userId: string | ReturnType<typeof sql>) => sql`EXISTS (
  SELECT 1 FROM admin_appointments AS colleague WHERE colleague.user_id <> ${userId})`

/** Whether this user is the only one who can administer. */
export const isSoleAdmin = (userId: string | ReturnType<typeof sql>) =>
  sql`(${isAdmin(userId)} AND NOT ${hasOtherAdmin(userId)})`

/** Whether there is any admin, one who is disabled or frozen included. */
export const hasAnyAdmin = sql`EXISTS (SELECT 1 FROM users AS officer WHERE officer.role = 'admin')`
