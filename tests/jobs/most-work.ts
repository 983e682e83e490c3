import type { Deps } from '../../src/platform/deps'
import { RETENTION_MS, sealAll, writeEvents } from '../audit/support'
import { bucketOf } from '../support/bucket'
import { isDeep } from '../support/many'
import { hasSealed } from '../support/sealed'
import type { Fault } from './support'
import {
  allOverdue,
  documents,
  fussy,
  hasActs,
  hasDocuments,
  hasErasures,
  hasEventsFrom,
  hasExpired,
  hasKeysThatEnd,
  hasOldMails,
  hasUsers,
  oldKeys,
  rotating,
} from './work-to-do'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

export type MostWork = Readonly<{
  /**
   * Statements at least, or there is not the work that is meant, and at most; those of the note
   * too.
   */
  statements: readonly [atLeast: number, atMost: number]
  arrange?: (deps: Deps) => Promise<unknown>
  /** What it has counted. */
  counts?: Readonly<Record<string, number>>
  fault?: Fault
  /** How long after now it runs. */
  afterMs?: number
  /** Some of it fails, and so does the run. */
  fails?: true
}>

/** Each job at its most work, in this order. */
export const mostWork: Readonly<Record<string, MostWork>> = {
  'seal-events': {
    statements: [isDeep ? 350 : 80, 420],
    arrange: (deps) => writeEvents(deps, isDeep ? 40_001 : 4 * 4096 + 2),
    ...(isDeep && { counts: { sealed: 40_000 } }),
  },
  'archive-events': {
    statements: [60, 100],
    arrange: sealAll,
    counts: { segments: 4 },
    afterMs: RETENTION_MS + DAY_MS,
  },
  'send-waiting-mails': { statements: [110, 150], arrange: hasOldMails, fault: fussy, fails: true },
  'purge-expired': { statements: [isDeep ? 40 : 20, 110], arrange: hasExpired },
  'purge-unconfirmed': {
    statements: [150, 220],
    counts: { accounts: 400 },
    arrange: () => hasUsers('invited', 450, 'status, created_at', `'pending', 0`),
  },
  'erase-accounts': {
    statements: [400, 500],
    arrange: hasErasures,
    counts: { failed: 100 },
    fails: true,
  },
  'drop-leftovers': {
    // Fewer where the page that stops it is the first: where a run begins depends on the time.
    statements: [6, 30],
    arrange: hasDocuments,
    fault: (deps) => ({ ...deps, archive: bucketOf(documents).archive }),
    fails: true,
  },
  'run-pending-acts': {
    statements: [450, 600],
    arrange: hasActs,
    counts: { failed: 50 },
    fails: true,
  },
  'reseal-secrets': {
    statements: [isDeep ? 40 : 14, 60],
    arrange: ({ settings }) => hasSealed(settings.SEALING_KEYS, isDeep ? 10_001 : 2001),
    fault: rotating,
    // Each table's millionth row is sealed anew in the hundredth run: docs/operations.md.
    ...(isDeep && { counts: { seeds: 10_000, keys: 10_000 } }),
  },
  'watch-jobs': { statements: [150, 250], arrange: allOverdue, fault: fussy },
  'watch-jobs-daily': { statements: [150, 250], arrange: allOverdue, fault: fussy },
  'remind-keys': { statements: [30, 60], arrange: (deps) => hasKeysThatEnd(deps.now().getTime()) },
  'remind-secrets': { statements: [4, 20], fault: oldKeys },
  'report-security-late': {
    statements: [400, 500],
    arrange: (deps) => hasEventsFrom(deps.now().getTime() + WEEK_MS),
    afterMs: WEEK_MS,
  },
  'report-security': { statements: [10, 500], afterMs: 2 * WEEK_MS },
}
