import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { remindSecrets } from '../../../src/features/monitor/remind-secrets'
import { depsAt, type Fault, forgetJobs, hasAdminMailbox, jobEvents } from '../../crons/support'
import { sendWaiting } from '../../support/mail-faults'
import { mailsTo } from '../../support/mailbox'
import { many } from '../../support/many'
import { emptyLog } from '../audit-log/support'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

beforeEach(emptyLog)
afterEach(forgetJobs)

describe('the reminder of old keys', () => {
  const now = Date.parse('2027-03-08T12:00:00Z')
  /** Signing keys as if made so many days ago; those of the audit log are of today. */
  const keysOf = (days: number, ms = now): Fault => {
    const stamp = (at: number) => `${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`
    const named = <K extends { kid: string }>([key, ...rest]: readonly [K, ...K[]], at: number) =>
      [{ ...key, kid: `${stamp(at)}T000000Z-abc` }, ...rest] as [K, ...K[]]
    return (deps) => ({
      ...deps,
      settings: {
        ...deps.settings,
        SIGNING_KEYS: named(deps.settings.SIGNING_KEYS, ms - days * DAY_MS),
        AUDIT_KEYS: named(deps.settings.AUDIT_KEYS, ms),
      },
    })
  }
  const remind = (days: number, ms = now) => remindSecrets(depsAt(new Date(ms), keysOf(days, ms)))

  test('comes at 180 days, once in thirty, to all admins; never of a key that tells no time', async ({
    expect,
  }) => {
    const email = await hasAdminMailbox()
    expect(await remind(179)).toEqual({ mails: 0 })
    const runs = await Promise.all(Array.from({ length: many(10) }, () => remind(180)))
    expect(runs.filter(({ mails }) => mails === 1)).toHaveLength(1)
    await sendWaiting()
    const [mail] = await mailsTo(email)
    expect(mail?.subject).toBe('A signing key should be replaced')
    expect(mail?.text).toMatch(/SIGNING_KEYS: 20260909T000000Z-abc \(180 days\)/)
    expect(mail?.text).not.toContain('AUDIT_KEYS')
    expect(await remind(209, now + 29 * DAY_MS)).toEqual({ mails: 0 })
    expect(await remind(211, now + 31 * DAY_MS)).toEqual({ mails: 1 })

    const nameless = keysOf(500)
    const unnamed: Fault = (deps) => {
      const dated = nameless(deps)
      const [key, ...rest] = dated.settings.SIGNING_KEYS
      const SIGNING_KEYS = [{ ...key, kid: 'k1' }, ...rest] as typeof dated.settings.SIGNING_KEYS
      return { ...dated, settings: { ...dated.settings, SIGNING_KEYS } }
    }
    await env.DB.prepare('DELETE FROM job_runs').run()
    expect(await remindSecrets(depsAt(new Date(now), unnamed))).toEqual({ mails: 0 })
    expect(await jobEvents('sys_job_failed', 'remind-secrets')).toEqual([])
  })
})
