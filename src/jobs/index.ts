import { archiveEvents } from '../audit/archive'
import { sealEvents } from '../audit/seal'
import { dropLeftovers } from './drop-leftovers'
import { eraseAccounts } from './erase-accounts'
import type { Job } from './job'
import { purgeExpired } from './purge-expired'
import { purgeUnconfirmed } from './purge-unconfirmed'
import { remindKeys } from './remind-keys'
import { remindSecrets } from './remind-secrets'
import { reportSecurity } from './report-security'
import { resealSecrets } from './reseal-secrets'
import { runPendingActs } from './run-pending-acts'
import { sendWaitingMails } from './send-waiting-mails'
import { watchJobs } from './watch-jobs'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

type Crons = Readonly<
  Record<
    string,
    {
      everyMs: number
      /** Jobs of which a run that did something leaves no event. */
      silent?: readonly string[]
      jobs: Readonly<Record<string, Job>>
    }
  >
>

/**
 * Every job by its name, under the cron expression that starts it. Each is safe to run late, twice, or
 * twice at once, goes on where one was cut off, and stops by itself after so many rows or seconds.
 */
export const crons: Crons = {
  '* * * * *': {
    everyMs: MINUTE_MS,
    // An event a run would be one to seal for the next, and the log never came to rest.
    silent: ['seal-events'],
    jobs: { 'seal-events': sealEvents, 'send-waiting-mails': sendWaitingMails },
  },
  '*/15 * * * *': {
    everyMs: 15 * MINUTE_MS,
    jobs: {
      'purge-expired': purgeExpired,
      'purge-unconfirmed': purgeUnconfirmed,
      'erase-accounts': eraseAccounts,
      'drop-leftovers': dropLeftovers,
      'run-pending-acts': runPendingActs,
      'archive-events': archiveEvents,
      'reseal-secrets': resealSecrets,
      'watch-jobs': (deps) => watchJobs(deps, periods()),
    },
  },
  '0 6 * * *': {
    everyMs: DAY_MS,
    jobs: {
      'remind-keys': remindKeys,
      'remind-secrets': remindSecrets,
      // A report that could not be sent on Monday is sent the day after.
      'report-security-late': reportSecurity,
      // Who watches the watcher: each sees when the other is silent.
      'watch-jobs-daily': (deps) => watchJobs(deps, periods()),
    },
  },
  '0 7 * * MON': { everyMs: 7 * DAY_MS, jobs: { 'report-security': reportSecurity } },
}

/** How often each job should end well, in milliseconds. */
const periods = () =>
  Object.fromEntries(
    Object.values(crons).flatMap(({ everyMs, jobs }) =>
      Object.keys(jobs).map((name) => [name, everyMs]),
    ),
  )
