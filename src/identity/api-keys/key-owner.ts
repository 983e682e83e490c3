import { sql } from 'drizzle-orm'

/**
 * Whether a user's keys are good at this moment, for a statement that has the row of `users`: an
 * admin, or a merchant who is approved, whose account nobody has stopped. Asked at every use of a
 * key, so that a suspension or a new role holds with the next request.
 */
export const mayHaveKeys = sql`(users.status = 'active' AND users.frozen_at IS NULL
  AND users.erasure_due_at IS NULL AND (users.role = 'admin' OR users.role = 'merchant' AND EXISTS (
    SELECT 1 FROM merchant_profiles
    WHERE merchant_profiles.user_id = users.id AND merchant_profiles.state = 'approved')))`
