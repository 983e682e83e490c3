import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import { eraseAccounts } from '../../src/jobs/erase-accounts'
import { remindKeys } from '../../src/jobs/remind-keys'
import { remindSecrets } from '../../src/jobs/remind-secrets'
import { reportSecurity } from '../../src/jobs/report-security'
import { runPendingActs } from '../../src/jobs/run-pending-acts'
import { watchJobs } from '../../src/jobs/watch-jobs'
import { mails } from '../../src/mails'
import type { Deps } from '../../src/platform/deps'
import { columnOf, forgetAdmins, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { broken } from '../support/attack'
import { cutAt, mailsOf, noQueue, sendWaiting } from '../support/mail-faults'
import { many } from '../support/many'
import { insertAct } from '../support/pending-acts'
import { depsAt, type Fault, forgetJobs, killedAt } from './support'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A Monday at seven. */
const NOW = Date.parse('2027-03-08T07:00:00Z')

const exec = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const isThere = async (sql: string, ...values: unknown[]) =>
  (await exec(`${sql} LIMIT 1`, ...values)).results.length > 0

let people = 0

/** A user of a role with a second address for notices. */
async function hasOwner(role: 'admin' | 'customer' = 'admin') {
  const second = `second${(people += 1)}-${Date.now()}@example.org`
  const id = await insertUser(startApp(), role, `notification_email = '${second}'`)
  return { id, addresses: [String(await columnOf(id, 'email')), second] }
}

/** What is due, whether its rows say that it was done, and the mail that must tell of it. */
type Due = Readonly<{ addresses: readonly string[]; isDone: () => Promise<boolean> }>

type Told = Readonly<{
  arrange: () => Promise<Due>
  job: (deps: Deps) => Promise<Readonly<Record<string, number>>>
  subject: string
}>

const OLD: Fault = (deps) => {
  const [key, ...rest] = deps.settings.SIGNING_KEYS
  const SIGNING_KEYS = [{ ...key, kid: '20260101T000000Z-abc' }, ...rest] as [typeof key]
  return { ...deps, settings: { ...deps.settings, SIGNING_KEYS } }
}

const isNoted = (task: string) => () =>
  isThere('SELECT 1 FROM job_runs WHERE job = ? AND succeeded_at IS NOT NULL', task)

const jobs: Record<string, Told> = {
  'remind-keys': {
    subject: 'An API key ends in 3 days',
    job: remindKeys,
    arrange: async () => {
      const { id, addresses } = await hasOwner()
      const key = `key_${id}`
      await exec(
        `INSERT INTO api_keys (id, user_id, name, secret_hash, scopes, created_at, expires_at)
         VALUES (?, ?, 'orders', 'hash', 'orders:read', 0, ?)`,
        key,
        id,
        NOW + 3 * DAY_MS,
      )
      const isDone = () =>
        isThere('SELECT 1 FROM api_keys WHERE id = ? AND reminded_days IS NOT NULL', key)
      return { addresses, isDone }
    },
  },
  'watch-jobs': {
    subject: 'A job is overdue',
    job: (deps) => watchJobs(deps, { 'purge-expired': MINUTE_MS }, mails),
    arrange: async () => {
      const { addresses } = await hasOwner()
      await exec(`INSERT INTO job_runs (job, started_at) VALUES ('purge-expired', 0)`)
      const isDone = () => isThere('SELECT 1 FROM job_runs WHERE alarmed_at IS NOT NULL')
      return { addresses, isDone }
    },
  },
  'erase-accounts': {
    subject: 'Your account has been erased',
    job: eraseAccounts,
    arrange: async () => {
      const { id, addresses } = await hasOwner('customer')
      await exec('UPDATE users SET erasure_due_at = 1 WHERE id = ?', id)
      return {
        addresses,
        isDone: async () => !(await isThere(`SELECT 1 FROM users WHERE id = ?`, id)),
      }
    },
  },
  'run-pending-acts': {
    subject: 'Your authenticator apps were removed',
    job: runPendingActs,
    arrange: async () => {
      const { id, addresses } = await hasOwner('customer')
      await exec(
        `INSERT INTO totp_authenticators VALUES (?, 'aut', 'my phone', 'sealed', 'ses_x', 0, 0)`,
        id,
      )
      await insertAct('remove_factors', id, { by: (await hasOwner()).id, dueAt: NOW })
      const isDone = () =>
        isThere(`SELECT 1 FROM pending_acts WHERE state = 'done' AND user_id = ?`, id)
      return { addresses, isDone }
    },
  },
  'run-pending-acts, an invitation': {
    subject: 'You are invited to Phantom',
    job: runPendingActs,
    arrange: async () => {
      await forgetAdmins()
      const { id, addresses } = await hasOwner('customer')
      await exec(`UPDATE users SET status = 'pending', notification_email = NULL WHERE id = ?`, id)
      await insertAct('invite_admin', id, { by: (await hasOwner()).id, dueAt: NOW })
      const isDone = () =>
        isThere(
          `SELECT 1 FROM pending_acts JOIN mailed_tokens USING (user_id)
           WHERE state = 'done' AND purpose = 'invite' AND user_id = ?`,
          id,
        )
      return { addresses: addresses.slice(0, 1), isDone }
    },
  },
  'report-security': {
    subject: 'The security report of the week',
    job: reportSecurity,
    arrange: async () => {
      const { addresses } = await hasOwner()
      return { addresses, isDone: isNoted('report-security:mailed') }
    },
  },
  'remind-secrets': {
    subject: 'A signing key should be replaced',
    job: (deps) => remindSecrets(OLD(deps)),
    arrange: async () => {
      const { addresses } = await hasOwner()
      return { addresses, isDone: isNoted('remind-secrets:mailed') }
    },
  },
}

beforeEach(forgetJobs)

describe.each(Object.entries(jobs))('E-117: of %s, the act and its mails', (_name, told) => {
  const { arrange, job, subject } = told
  const run = (ms = 0, fault?: Fault) => job(depsAt(new Date(NOW + ms), fault))

  test('stand or fall together, wherever a run is cut off; the next one does the rest, once', async ({
    expect,
  }) => {
    for (let step = 0, isCut = true; isCut; step++) {
      await exec('DELETE FROM job_runs')
      await exec(`UPDATE users SET role = 'customer'`)
      const { addresses, isDone } = await arrange()
      const times = (count: number) => [step, addresses.map(() => count)]
      const cut = await run(0, cutAt(step)).catch(() => undefined)
      isCut = cut === undefined || (cut['failed'] ?? 0) > 0
      expect([step, await mailsOf(addresses, subject)]).toEqual(times((await isDone()) ? 1 : 0))
      // After any lease.
      await run(61 * MINUTE_MS)
      expect([step, await isDone()]).toEqual([step, true])
      await sendWaiting()
      expect([step, await mailsOf(addresses, subject)]).toEqual(times(1))
      expect(step).toBeLessThan(60)
    }
  })

  test('are done by one of many runs at once, without the queue', async ({ expect }) => {
    const { addresses, isDone } = await arrange()
    await Promise.all(Array.from({ length: many(20) }, () => run(0, noQueue())))
    expect(await isDone()).toBe(true)
    expect(await mailsOf(addresses, subject)).toEqual(addresses.map(() => 1))
    await run(MINUTE_MS)
    await sendWaiting()
    expect(await mailsOf(addresses, subject)).toEqual(addresses.map(() => 1))
  })
})

test.for([
  ['its last batch', killedAt(0, ['batch'])],
  ['the archive', broken('archive', ['list'], 'fails')],
] as const)('nobody hears of an erasure while %s fails', async ([, fault], { expect }) => {
  const { arrange, job, subject } = jobs['erase-accounts'] as Told
  const { addresses, isDone } = await arrange()
  for (const quarter of [0, 1, 2, 3]) {
    await job(depsAt(new Date(NOW + quarter * 15 * MINUTE_MS), fault))
    expect(await mailsOf(addresses, subject)).toEqual([0, 0])
  }
  await job(depsAt(new Date(NOW + 60 * MINUTE_MS)))
  expect(await isDone()).toBe(true)
  expect(await mailsOf(addresses, subject)).toEqual(addresses.map(() => 1))
})
