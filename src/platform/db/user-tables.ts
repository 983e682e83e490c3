import { pendingActs, userWords } from './admin-schema'
import { backupCodes, knownDevices, totpAuthenticators } from './factor-schema'
import { apiKeys } from './key-schema'
import { merchantDocuments, merchantProfiles, merchantReviews } from './merchant-schema'
import { mailedTokens, sessions } from './schema'

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
