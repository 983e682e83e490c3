import { remindKeys } from './features/api-keys/remind-keys'
import { runPendingActs } from './features/approvals/run-pending-acts'
import { archiveEvents } from './features/audit-log/archive/archive'
import { sealEvents } from './features/audit-log/tree/seal'
import { purgeOrphans } from './features/merchant-documents/purge-orphans'
import { remindSecrets } from './features/monitor/remind-secrets'
import { reportSecurity } from './features/monitor/report-security'
import { watchJobs } from './features/monitor/watch-jobs'
import { eraseAccounts } from './features/privacy/erase-accounts'
import { purgeUnconfirmed } from './features/registration/purge-unconfirmed'
import { purgeExpired } from './features/sessions/purge-expired'
import { resealSecrets } from './features/two-factor/reseal-secrets'
import { mails } from './mails'
import type { Deps } from './platform/deps'
import { sendWaitingMails } from './platform/email/send-waiting-mails'
import type { NamedJob } from './platform/jobs/job'
import { runJob } from './platform/jobs/run-job'
import { log } from './platform/log'
import { DAY_MS, MINUTE_MS } from './platform/time'

const everyMinute = { everyMs: MINUTE_MS }
const everyQuarter = { everyMs: 15 * MINUTE_MS }
const everyDay = { everyMs: DAY_MS }

/**
 * Every job under the cron expression that starts it, and no other: each has an invocation of its
 * own, with all of its queries and CPU time (decision 029). Each is safe to run late, twice, or
 * twice at once, goes on where one was cut off, and stops by itself after so many rows or seconds.
 */
export const crons: Readonly<Record<string, NamedJob>> = {
  // An event a run would be one to seal for the next, and the log never came to rest.
  '* * * * *': { name: 'seal-events', job: sealEvents, ...everyMinute, isSilent: true },
  '0-58 * * * *': {
    name: 'send-waiting-mails',
    job: (deps) => sendWaitingMails(deps, mails),
    ...everyMinute,
  },
  '*/15 * * * *': { name: 'purge-expired', job: purgeExpired, ...everyQuarter },
  '1-59/15 * * * *': { name: 'purge-unconfirmed', job: purgeUnconfirmed, ...everyQuarter },
  '2-59/15 * * * *': { name: 'erase-accounts', job: eraseAccounts, ...everyQuarter },
  '3-59/15 * * * *': { name: 'drop-leftovers', job: purgeOrphans, ...everyQuarter },
  '4-59/15 * * * *': { name: 'run-pending-acts', job: runPendingActs, ...everyQuarter },
  '5-59/15 * * * *': { name: 'archive-events', job: archiveEvents, ...everyQuarter },
  '6-59/15 * * * *': { name: 'reseal-secrets', job: resealSecrets, ...everyQuarter },
  '7-59/15 * * * *': {
    name: 'watch-jobs',
    job: (deps) => watchJobs(deps, periods(), mails),
    ...everyQuarter,
  },
  '0 6 * * *': { name: 'remind-keys', job: remindKeys, ...everyDay },
  '1 6 * * *': { name: 'remind-secrets', job: remindSecrets, ...everyDay },
  // A report that could not be sent on Monday is sent the day after.
  '2 6 * * *': { name: 'report-security-late', job: reportSecurity, ...everyDay },
  // Who watches the watcher: each sees when the other is silent.
  '8 6 * * *': {
    name: 'watch-jobs-daily',
    job: (deps) => watchJobs(deps, periods(), mails),
    ...everyDay,
  },
  '0 7 * * MON': { name: 'report-security', job: reportSecurity, everyMs: 7 * DAY_MS },
}

/** How often each job should end well, in milliseconds. */
const periods = () =>
  Object.fromEntries(Object.values(crons).map(({ name, everyMs }) => [name, everyMs]))

/**
 * Runs the job of a cron expression, or one by its name, which no cron has: for `npm run jobs`.
 * Throws if it fails, for the list of the platform.
 */
export async function runJobs(deps: Deps, cronOrName: string): Promise<void> {
  const due = crons[cronOrName] ?? Object.values(crons).find(({ name }) => name === cronOrName)
  if (!due) return log('error', 'sys_job_unknown', { cron: cronOrName })
  await runJob(deps, due)
}
