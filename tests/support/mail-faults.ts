import { env } from 'cloudflare:workers'
import { runJobs } from '../../src/jobs/index'
import { waitingMails } from '../../src/platform/db/mail-schema'
import type { Deps } from '../../src/platform/deps'
import { openMail } from '../../src/platform/email/queued-mail'
import { startApp } from './app'
import { broken } from './attack'
import { mailsNamed } from './mailbox'
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
    const select = () => {
      throw new Error('D1_ERROR: down')
    }
    const insert = (table: unknown) =>
      table === waitingMails ? { values, select } : deps.db.insert(table as typeof waitingMails)
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

const CALLS = ['select', 'insert', 'update', 'delete', 'run', 'all', 'batch', 'send', 'sendBatch']

/** From the call of this number on neither the database nor the queue is reached. */
export function cutAt(step: number): Fault {
  let calls = 0
  const cut = <T extends object>(store: T) =>
    new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function' || !CALLS.includes(String(key))) return value
        return (...args: unknown[]) => {
          if (calls++ >= step) throw new Error('cut off')
          return Reflect.apply(value, target, args) as unknown
        }
      },
    })
  return (deps) => ({ ...deps, db: cut(deps.db), mailQueue: cut(deps.mailQueue) })
}

/** How many mails of a subject an address has had, and how many more wait for it. */
export async function mailsOf(addresses: readonly string[], subject: string) {
  const boxes = await Promise.all((await waiting()).map(({ body }) => openMail(testDeps(), body)))
  return Promise.all(
    addresses.map(async (address) => {
      const sent = await mailsNamed(address, subject, 0)
      return sent.length + boxes.filter((mail) => mail?.to === address).length
    }),
  )
}
