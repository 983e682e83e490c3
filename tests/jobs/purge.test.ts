import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { findDevice } from '../../src/identity/attempts/device-token'
import worker from '../../src/index'
import { openSession } from '../support/accounts'
import { signedIn } from '../support/acts'
import { freshAddress, startApp } from '../support/app'
import { storedText } from '../support/attack'
import { noMail, sendWaiting } from '../support/mail-faults'
import { mailAbout, subjectsTo, tokenIn } from '../support/mailbox'
import { rowsOf, userIdOf } from '../support/rows-of'
import { type Fault, run } from './support'

const GRACE_SECONDS = 14 * 86_400

test('the purge ends what has expired and leaves the rest, twice at once as well as once', async ({
  expect,
}) => {
  const app = startApp()
  const { userId, sessionId: old } = await signedIn(app)
  const { sessionId: live } = await openSession(app.deps(), userId)
  await env.DB.prepare('UPDATE sessions SET expires_at = ? WHERE id = ?')
    .bind(Date.now() - 1, old)
    .run()
  const insertLink = (name: string, expiresAt: number) =>
    env.DB.prepare(`INSERT INTO mailed_tokens VALUES (?, ?, 'reset', NULL, ?)`)
      .bind(name, userId, expiresAt)
      .run()
  await insertLink('dead', Date.now() - 1)
  await insertLink('live', Date.now() + 3_600_000)

  const controller = createScheduledController({ cron: '*/15 * * * *', scheduledTime: new Date() })
  const ctx = createExecutionContext()
  await Promise.all([
    worker.scheduled(controller, env, ctx),
    worker.scheduled(controller, env, ctx),
  ])
  await waitOnExecutionContext(ctx)

  const ids = async (query: string) =>
    (await env.DB.prepare(query).run<{ id: string }>()).results.map(({ id }) => id)
  const left = await ids('SELECT id FROM sessions')
  expect(left).toContain(live)
  expect(left).not.toContain(old)
  expect(
    await ids(`SELECT token_hash AS id FROM mailed_tokens WHERE user_id = '${userId}'`),
  ).toEqual(['live'])
})

test('the purge ends apps that were not confirmed for a day, and no confirmed one', async ({
  expect,
}) => {
  const app = startApp()
  const { account } = await signedIn(app)
  const userId = await userIdOf(account)
  const rows = {
    young: [86_400_000 - 60_000, null],
    old: [86_400_000, null],
    confirmed: [10 * 86_400_000, 1],
  } as const
  for (const [id, [age, confirmedAt]] of Object.entries(rows)) {
    await env.DB.prepare(
      `INSERT INTO totp_authenticators VALUES (?, ?, 'an app', 'sealed', 'ses_x', ?, ?)`,
    )
      .bind(userId, id, Date.now() - age, confirmedAt)
      .run()
  }
  await run(app, 'purge-expired')
  const left = (await rowsOf(userId)).get('totp_authenticators')?.map(({ id }) => id)
  expect(left).toEqual(['confirmed', 'young'])
})

const runErasure = (app: { now: () => Date }, fault?: Fault) => run(app, 'erase-accounts', fault)

async function closedAccount(app: ReturnType<typeof startApp>) {
  // Over HTTP, for all that a sign-up and a login leave.
  const account = await app.signUp()
  const signed = await app.signIn(account)
  const { accessToken: token } = signed
  const userId = await userIdOf(account)
  const answer = await app.send('DELETE', '/api/users/me/', { token, ip: freshAddress() })
  if (answer.status !== 202) throw new Error(answer.text)
  return { ...signed, account, userId }
}

describe('the erasure of accounts', () => {
  test('takes all that is personal on the fourteenth day, not before, and leaves the trail', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, deviceCookie } = await closedAccount(app)
    const extra = 1100
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO audit_events (at, event, level, user_id, ip, country, user_agent, request_id)
       SELECT 0, 'session_renewed', 'info', ?, '192.0.2.1', 'NL', 'curl/8', 'req_test' FROM n`,
    )
      .bind(extra, userId)
      .run()
    await env.DB.batch(
      [
        `INSERT INTO totp_authenticators VALUES (?, 'aut', 'my phone', 'sealed', 'ses_x', 0, 0)`,
        `INSERT INTO backup_codes VALUES (?, 'hash', NULL, NULL, 0)`,
        `INSERT INTO merchant_profiles (user_id, state, legal_name, created_at, updated_at)
         VALUES (?, 'draft', 'Ada Antiques', 0, 0)`,
        `INSERT INTO user_words VALUES ('ada', ?)`,
      ].map((insert) => env.DB.prepare(insert).bind(userId)),
    )
    app.advance(GRACE_SECONDS - 60)
    await runErasure(app)
    expect((await rowsOf(userId)).get('users')).toHaveLength(1)
    app.advance(60)
    await Promise.all([runErasure(app), runErasure(app)])

    const rows = await rowsOf(userId)
    const events = rows.get('audit_events') ?? []
    rows.delete('audit_events')
    expect(rows.size).toBeGreaterThan(6)
    expect([...rows.values()].flat()).toEqual([])
    expect(events.length).toBeGreaterThan(extra + 5)
    const names = events.map(({ event }) => event)
    expect(names.filter((event) => event === 'user_erased')).toHaveLength(1)
    expect(names.at(-1)).toBe('user_erased')
    const personal = events.filter(({ ip, country, user_agent: agent }) => ip ?? country ?? agent)
    expect(personal.map(({ event, ip }) => [event, ip])).toEqual([['user_erased', 'system']])
    await sendWaiting()
    expect(await subjectsTo(account.email)).toEqual([
      expect.anything(),
      'Your sign-in code',
      'Your account will be erased',
      'Your account has been erased',
    ])
    const stored = await storedText()
    for (const personalText of [account.email, account.username, 'Ada Antiques', 'my phone']) {
      expect(stored).not.toContain(personalText)
    }

    // The address signs up anew as a stranger's, and the browser of then is none of its own.
    await app.post('/api/users/create/', account, { ip: freshAddress() })
    const token = tokenIn(await mailAbout(account.email, /Confirm your/))
    await app.post('/api/auth/verify-email/', { token }, { ip: freshAddress() })
    expect(await userIdOf(account)).not.toBe(userId)
    const device = findDevice(app.deps(), userId, [deviceCookie?.split('=')[1] ?? ''])
    expect(device).not.toBeNull()
    const guard = env.ACCOUNT_GUARD.getByName(userId)
    const request = { device, isKnown: false, now: app.now().getTime() }
    using reservation = await guard.reservePassword(request)
    expect(reservation.isKnownDevice).toBe(false)
  })

  test('that fails is taken up by a later run', async ({ expect }) => {
    const app = startApp()
    const { userId } = await closedAccount(app)
    app.advance(GRACE_SECONDS)
    const faulty = runErasure(app, noMail())
    await expect(faulty).rejects.toThrow('erase-accounts')
    expect((await rowsOf(userId)).get('users')).toHaveLength(1)
    app.advance(13 * 60)
    await runErasure(app)
    expect((await rowsOf(userId)).get('users')).toHaveLength(1)
    app.advance(60)
    await runErasure(app)
    expect((await rowsOf(userId)).get('users')).toEqual([])
  })
})
