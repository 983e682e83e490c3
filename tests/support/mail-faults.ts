import { env } from 'cloudflare:workers'
import type { Deps } from '../../src/context'
import { waitingMails } from '../../src/db/mail-schema'
import { runJobs } from '../../src/jobs/run-jobs'
import { startApp } from './app'
import { broken } from './attack'
import { impatient } from './patience'
import { testDeps } from './test-deps'

type Fault = (deps: Deps) => Deps
type How = 'fails' | 'hangs'

/**
 * The queue takes nothing. Where it hangs, a notice waits for it briefly: no other queue could
 * answer.
 */
export const noQueue =
  (how: How = 'fails'): Fault =>
  (deps) => {
    const faulty = broken('mailQueue', ['send', 'sendBatch'], how)(deps)
    return how === 'hangs' ? impatient(faulty, { notice: 50 }) : faulty
  }

/** Neither does the database, of mails that are to wait; all else of it works. */
export const noMail =
  (how: How = 'fails'): Fault =>
  (deps) => {
    const values = () =>
      how === 'hangs' ? new Promise(() => {}) : Promise.reject(new Error('D1_ERROR: down'))
    const insert = (table: unknown) =>
      table === waitingMails ? { values } : deps.db.insert(table as typeof waitingMails)
    const db = Object.assign(Object.create(deps.db) as Deps['db'], { insert })
    return { ...noQueue(how)(deps), db }
  }

/** A service whose stores work, but while something is done under a fault. */
export function faultyApp() {
  const none: Fault = (deps) => deps
  let fault = none
  const app = startApp((deps) => fault(deps))
  const during = async <T>(next: Fault, act: () => Promise<T>): Promise<T> => {
    fault = next
    return act().finally(() => (fault = none))
  }
  return { app, during }
}

/** The run of the next minute, which hands the queue what waits. */
export const sendWaiting = (fault: Fault = (deps) => deps) =>
  runJobs(fault(testDeps()), 'send-waiting-mails')

/** What waits, oldest first. */
export const waiting = async () =>
  (
    await env.DB.prepare('SELECT * FROM waiting_mails ORDER BY created_at, id').run<{
      created_at: number
      id: string
      body: string
    }>()
  ).results
