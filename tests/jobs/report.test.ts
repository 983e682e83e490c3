import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { samples } from '../../scripts/mails/samples'
import { sealEvents } from '../../src/audit/seal'
import { verifyHead } from '../../src/audit/tree-head'
import { reportSecurity } from '../../src/jobs/report-security'
import { securityFigures } from '../../src/jobs/security-figures'
import type { AuditEventName } from '../../src/platform/audit/events'
import { type AuditEvent, recordEvent } from '../../src/platform/audit/record'
import { publicJwk } from '../../src/platform/crypto/jwt'
import { sealMail } from '../../src/platform/email/queued-mail'
import { emptyLog, writeEvents } from '../audit/support'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { noQueue, sendWaiting } from '../support/mail-faults'
import { mailsTo } from '../support/mailbox'
import { many } from '../support/many'
import { depsAt, type Fault, forgetJobs, hasAdminMailbox, killedAt, run } from './support'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
/** A Monday at seven. */
const MONDAY = Date.parse('2027-03-08T07:00:00Z')
const SUBJECT = 'The security report of the week'
const NO_MAIL = { after: 1 }

async function record(at: number, event: AuditEventName, rest: Partial<AuditEvent> = {}, ip = '-') {
  const deps = depsAt(new Date(at))
  await recordEvent({ ...deps, caller: { ...deps.caller, ip } }, { event, ...rest })
}

beforeEach(emptyLog)
afterEach(forgetJobs)

describe('the weekly report', () => {
  const report = (at: number, fault?: Fault) => reportSecurity(depsAt(new Date(at), fault))

  test('has the figures of the seven days until Monday at seven, and the newest head', async ({
    expect,
  }) => {
    const [ada, berta] = [await hasAdminMailbox(), await hasAdminMailbox(`locale = 'de'`)]
    await hasAdminMailbox(`status = 'disabled'`)
    const made = await insertUser(startApp(), 'admin', `email = 'grace@example.com'`)
    const since = MONDAY - WEEK_MS
    const role = { data: { from: 'customer', to: 'admin' } }
    await record(since - 1, 'authn_login_fail', {}, '192.0.2.99')
    await record(since, 'authn_login_success')
    await record(since, 'authn_login_fail', {}, '2001:db8:0:7:1:2:3:4')
    await record(since, 'authn_code_fail', {}, '2001:db8:0:7:5:6:7:8')
    await record(since, 'authn_login_fail', {}, '192.0.2.7')
    await record(since + DAY_MS, 'authn_login_lock')
    await record(since + DAY_MS, 'authn_stopped')
    await record(since + DAY_MS, 'mail_failed')
    await record(since + DAY_MS, 'user_role_changed', { ...role, userId: made })
    await record(since + DAY_MS, 'user_role_changed', { data: { to: 'merchant' } })
    await record(MONDAY - 1, 'user_created')
    for (const seconds of [1, 5400]) {
      await record(MONDAY - 1, 'mail_resumed', { data: { reason: 'sign_in_refused', seconds } })
    }
    await record(MONDAY, 'user_created')
    const deps = depsAt(new Date(MONDAY + 1000))
    await sealEvents(deps)

    const range = { since: new Date(since), until: new Date(MONDAY) }
    expect(await securityFigures(deps, range)).toEqual({
      isCut: false,
      signIns: 1,
      signUps: 1,
      failures: 3,
      locks: 2,
      critical: 4,
      deadMails: 1,
      sources: [
        { source: '2001:db8:0:7::/64', failures: 2 },
        { source: '192.0.2.7', failures: 1 },
      ],
      newAdmins: [made],
      mailPauses: [{ reason: 'sign_in_refused', minutes: 91 }],
    })
    expect(await report(MONDAY + 1000)).toEqual({ mails: 3 })
    await sendWaiting()
    const [mail] = await mailsTo(ada)
    expect(mail?.subject).toBe(SUBJECT)
    const text = mail?.text.replace(/\s+/g, ' ') ?? ''
    expect(text).toContain('from 1 March 2027 at 07:00 UTC to 8 March 2027 at 07:00 UTC')
    expect(text).toContain('Wrong passwords and codes: 3 Locks: 2 Critical events: 4')
    expect(text).toContain('our account. Sign-in refused: 91 minutes Most wrong')
    expect(text).toContain('New admins: g…[at]example[.]com')
    expect(text).toContain('2001:db8:0:7::/64: 2 192.0.2.7: 1')
    expect(text).not.toContain('192.0.2.99')
    const [, jws = ''] = /Signed head: (\S+)/.exec(text) ?? []
    const head = await verifyHead(deps.settings.AUDIT_KEYS.map(publicJwk), jws)
    expect(head?.size).toBe(14)
    expect(text).toContain(`Events in the log: 14 Root: ${head?.root}`)
    expect((await mailsTo(berta))[0]?.subject).toBe('Der Sicherheitsbericht der Woche')
  })

  test('says that mail is paused still', async ({ expect }) => {
    await env.DB.prepare(
      `INSERT INTO mail_status (id, pause_reason, since) VALUES (1, 'daily_limit', ?)`,
    )
      .bind(MONDAY - HOUR_MS)
      .run()
    const email = await hasAdminMailbox()
    await report(MONDAY)
    await env.DB.prepare('DELETE FROM mail_status').run()
    await sendWaiting()
    const [mail] = await mailsTo(email)
    expect(mail?.text).toContain('Daily limit reached: 60 minutes so far, not over yet')
  })

  test('comes once a week, whichever cron is first and however often it fires', async ({
    expect,
  }) => {
    const email = await hasAdminMailbox()
    const runs = await Promise.all(Array.from({ length: many(20) }, () => report(MONDAY)))
    expect(runs.filter(({ mails }) => mails === 1)).toHaveLength(1)
    await sendWaiting()
    expect(await mailsTo(email)).toHaveLength(1)
    for (const at of [MONDAY + 1, MONDAY + 2 * HOUR_MS, MONDAY + WEEK_MS - 1]) {
      expect(await report(at)).toEqual({ mails: 0 })
    }
    await run(new Date(MONDAY + WEEK_MS), 'report-security-late')
    await run(new Date(MONDAY + WEEK_MS), 'report-security')
    await sendWaiting()
    expect(await mailsTo(email, { after: 1 })).toHaveLength(1)
    expect(await mailsTo(email, { after: 2 })).toEqual([])
  })

  test('that fails at any step is sent by the next run, to all admins or to none', async ({
    expect,
  }) => {
    const email = await hasAdminMailbox()
    await record(MONDAY - 1, 'authn_login_fail')
    let steps = 0
    for (;;) {
      const killed = await report(
        MONDAY + steps,
        killedAt(steps, ['select', 'get', 'all', 'batch']),
      )
        .then(() => false)
        .catch(() => true)
      if (!killed) break
      steps += 1
    }
    // Where the segments end, the range, the counts, the keys that end, the head, the admins.
    expect(steps).toBeGreaterThan(5)
    await sendWaiting()
    expect(await mailsTo(email)).toHaveLength(1)
    expect(await mailsTo(email, NO_MAIL)).toEqual([])
  })

  test('that nobody could be told is sent once there is an admin, in a queue that is back', async ({
    expect,
  }) => {
    expect(await report(MONDAY)).toEqual({ mails: 0 })
    const email = await hasAdminMailbox()
    expect(await report(MONDAY + DAY_MS, noQueue())).toEqual({ mails: 1 })
    expect(await report(MONDAY + DAY_MS)).toEqual({ mails: 0 })
    await sendWaiting()
    expect(await mailsTo(email)).toHaveLength(1)
    expect(await mailsTo(email, NO_MAIL)).toEqual([])
  })

  test('counts the newest events only where there are too many, and says so', async ({
    expect,
  }) => {
    const deps = depsAt(new Date(MONDAY - 1))
    await record(MONDAY - 2, 'authn_login_success')
    await writeEvents(deps, 10_500)
    const range = { since: new Date(MONDAY - DAY_MS), until: new Date(MONDAY) }
    const all = await securityFigures(deps, range)
    expect(all).toMatchObject({ isCut: false, failures: 10_500, signIns: 1 })
    const some = await securityFigures(deps, range, 10_500)
    expect(some).toMatchObject({ isCut: true, failures: 10_500, signIns: 0 })
  })

  test('fits into one parameter of the database for fifty admins at two addresses', async ({
    expect,
  }) => {
    const [sample] = samples.security_report
    const data = {
      ...sample,
      mailPauses: Array.from({ length: 3 }, () => ({
        reason: 'sign_in_refused' as const,
        minutes: 20_000,
      })),
      newAdmins: Array.from({ length: 8 }, () => `a…@${'x'.repeat(60)}.example`),
      sources: Array.from({ length: 5 }, () => ({
        source: 'ffff:ffff:ffff:ffff::/64',
        failures: 1e6,
      })),
      head: sample.head && { ...sample.head, jws: 'x'.repeat(400) },
    }
    const to = `${'a'.repeat(64)}@${'b'.repeat(63)}.example`
    const mail = { template: 'security_report', data, to, userId: 'usr_x' } as const
    const body = await sealMail(depsAt(new Date()), mail)
    expect(body.length * 100).toBeLessThan(2_000_000)
  })
})
