import { apiKeys } from '../db/key-schema'
import { merchantDocuments, merchantProfiles, merchantReviews } from '../db/merchant-schema'
import { pendingActs, userWords } from '../db/admin-schema'
import { backupCodes, knownDevices, mailedTokens, sessions, totpAuthenticators } from '../db/schema'

/** What hangs on an account by its `user_id`, and goes with it. What happened stays (audit-schema.ts). */
export const userTables = [
  sessions,
  mailedTokens,
  knownDevices,
  totpAuthenticators,
  backupCodes,
  merchantProfiles,
  merchantReviews,
  merchantDocuments,
  apiKeys,
  pendingActs,
  userWords,
] as const
