import { gte, sql } from 'drizzle-orm'
import { sessions } from '../../platform/db/session-schema'

/**
 * The epoch of all sessions at this point of a statement (decision 020). A count and no time: it
 * needs no two clocks to agree, and nothing is opened in the very millisecond of it.
 */
export const currentEpoch = sql<number>`(SELECT epoch FROM session_epoch)`

/** Rows of `sessions` that were opened since an admin last ended every session. */
export const isOfThisEpoch = gte(sessions.epoch, currentEpoch)
