import { pendingActs, userWords } from './admin-schema'
import { backupCodes, totpAuthenticators } from './factor-schema'
import { apiKeys } from './key-schema'
import { merchantDocuments, merchantProfiles, merchantReviews } from './merchant-schema'
import { mailedTokens } from './schema'
import { knownDevices, sessions } from './session-schema'

/**
 * What hangs on an account by its `user_id`, and goes with it. What happened stays
 * (audit-schema.ts).
 */
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
