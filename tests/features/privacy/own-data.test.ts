import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { signedIn, stepUp, withTotp } from '../../support/acts'
import { stepUpAnew } from '../../support/addresses'
import { hasAdmin, REASON } from '../../support/admins'
import { type Account, startApp } from '../../support/app'
import { startMeter } from '../../support/meter'
import { rowsOf, userIdOf } from '../../support/rows-of'

type App = ReturnType<typeof startApp>
type Event = { id: number; event: string } & Record<string, unknown>

const activity = async (app: App, token: string, query = '') => {
  const answer = await app.send('GET', `/api/users/me/activity/${query}`, { token })
  return answer.body as unknown as { events: Event[]; next: string | null }
}

/** Gives a user this many more events, each between two of somebody else. */
const addEvents = (account: Account, count: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * 2)
     INSERT INTO audit_events (at, event, level, user_id, ip, request_id)
     SELECT 0, 'session_renewed', 'info',
       CASE WHEN i % 2 THEN users.id ELSE 'usr_somebody_else' END, '192.0.2.1', 'req_test'
     FROM n, users WHERE email = ?2 ORDER BY i`,
  )
    .bind(count, account.email)
    .run()

const addEvent = (userId: string, { actor, data }: { actor: string; data: object }) =>
  env.DB.prepare(
    `INSERT INTO audit_events (at, event, level, user_id, actor, ip, request_id, data)
     VALUES (0, 'user_invitation_accepted', 'warn', ?, ?, '192.0.2.1', 'req_test', ?)`,
  )
    .bind(userId, actor, JSON.stringify(data))
    .run()

describe('the activity of an account', () => {
  test('is its own, newest first, page by page to the end', async ({ expect }) => {
    const app = startApp()
    const ada = await app.signIn(await app.signUp())
    const eve = await app.signIn(await app.signUp())
    const whole = await activity(app, ada.accessToken)
    expect(whole.next).toBeNull()
    expect(whole.events.map(({ event }) => event)).toEqual([
      'authn_login_success',
      'authn_password_success',
      'user_email_verified',
      'user_created',
    ])
    expect(whole.events[0]).toMatchObject({
      ip: app.address,
      country: null,
      device: null,
      session_id: ada.sessionId,
      data: { first: 'pwd', second: 'email', transport: 'bearer' },
    })
    const pages = []
    let next: string | null = ''
    while (next !== null) {
      const query: string = next === '' ? '?limit=3' : `?limit=3&before=${next}`
      const page = await activity(app, ada.accessToken, query)
      pages.push(page.events)
      next = page.next
    }
    expect(pages.map(({ length }) => length)).toEqual([3, 1])
    expect(pages.flat()).toEqual(whole.events)

    // The place where one reads on is no key to what another has.
    const from = `?before=${Number(whole.events[0]?.id) + 1000}`
    const own = (await activity(app, eve.accessToken, from)).events.map(({ id }) => id)
    expect(own).toHaveLength(4)
    for (const { id } of whole.events) expect(own).not.toContain(id)
  })

  test('and its export tell what an admin did, but neither who nor where that was', async ({
    expect,
  }) => {
    const app = startApp()
    const admin = await hasAdmin(app)
    const ada = await signedIn(app)
    const id = await userIdOf(ada.account)
    const json = { reason: REASON }
    const headers = { 'User-Agent': 'the browser of the admin' }
    const from = { json, headers, token: admin.accessToken, ip: '198.51.100.7' }
    for (const act of ['reset-password', 'end-sessions']) {
      await stepUpAnew(app, admin.sessionId)
      const done = await app.send('POST', `/api/admin/users/${id}/${act}/`, from)
      expect([act, done.status < 300]).toEqual([act, true])
    }
    await addEvent(id, { actor: id, data: { role: 'customer', by: admin.id, requested_by: id } })
    const { accessToken: token } = await app.signIn(ada.account, {}, { headers })
    const events = await activity(app, token)
    const { body, text } = await app.send('GET', '/api/users/me/export/', { token })
    const [exported, ...others] = body['events'] as Event[]
    expect(exported).toMatchObject({ event: 'user_exported', ip: app.address })
    expect(others).toEqual(events.events)
    const of = (name: string) => others.filter(({ event }) => event === name)
    const nowhere = { ip: null, country: null, device: null, session_id: null }
    expect(of('user_reset_started')).toMatchObject([{ ...nowhere, data: null, text: json }])
    expect(of('sessions_ended')).toMatchObject([{ ...nowhere, data: null, text: json }])
    expect(of('authn_password_reset_requested')).toMatchObject([
      { ...nowhere, data: { limited: false, by: 'admin' } },
    ])
    const accepted = { role: 'customer', by: null, requested_by: id }
    expect(of('user_invitation_accepted')).toMatchObject([{ ip: '192.0.2.1', data: accepted }])
    expect(of('authn_login_success')[0]).toMatchObject({ ip: app.address })
    for (const secret of [admin.id, admin.sessionId, '198.51.100.7']) {
      expect(text).not.toContain(secret)
    }
    const { results } = await env.DB.prepare(
      `SELECT actor FROM audit_events WHERE event = 'authn_password_reset_requested' AND user_id = ?`,
    )
      .bind(id)
      .run()
    expect(results).toEqual([{ actor: admin.id }])
  })

  test('costs no more rows than it shows, however many events there are', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const { account, accessToken } = await signedIn(app)
    await addEvents(account, 3000)
    const { next } = await activity(app, accessToken)
    for (const query of ['?limit=100', `?limit=100&before=${next}`]) {
      read()
      expect((await activity(app, accessToken, query)).events).toHaveLength(100)
      const AUTHENTICATION = 3
      expect(read()).toMatchObject({ d1RoundTrips: 2, rowsRead: AUTHENTICATION + 101 })
    }
  })

  test('takes its two parameters, once each and in range, and no other route takes any', async ({
    expect,
  }) => {
    const app = startApp()
    const { accessToken: token } = await signedIn(app)
    const ask = async (path: string) => {
      const answer = await app.send('GET', path, { token })
      const [error] = (answer.body['errors'] ?? []) as { pointer: string }[]
      return [path, answer.status, error?.pointer]
    }
    const list = '/api/users/me/activity/'
    for (const query of ['', '?limit=1', '?limit=100', '?before=1', '?limit=50&before=99']) {
      expect(await ask(`${list}${query}`)).toEqual([`${list}${query}`, 200, undefined])
    }
    for (const value of ['0', '101', '-1', '1.5', '1e1', ' 1', 'abc', '', '٣']) {
      const path = `${list}?limit=${encodeURIComponent(value)}`
      expect(await ask(path)).toEqual([path, 400, '#/limit'])
    }
    for (const value of ['0', '-1', 'abc', '', '1'.repeat(16), "1'--"]) {
      const path = `${list}?before=${encodeURIComponent(value)}`
      expect(await ask(path)).toEqual([path, 400, '#/before'])
    }
    for (const [query, pointer] of [
      ['?limit=1&limit=1', '#/limit'],
      ['?before=5&limit=1&before=6', '#/before'],
      ['?page=1', '#/page'],
      ['?__proto__=1', '#/__proto__'],
      ['?access_token=x', '#/access_token'],
    ]) {
      expect(await ask(`${list}${query}`)).toEqual([`${list}${query}`, 400, pointer])
    }
    for (const path of ['/api/users/me/', '/api/users/me/export/', '/api/auth/sessions/']) {
      expect(await ask(`${path}?limit=1`)).toEqual([`${path}?limit=1`, 400, '#'])
    }
  })
})

/** What the database keeps of a user under a name that says it is secret. */
async function secretsOf({ email }: Account): Promise<string[]> {
  const rows = [...(await rowsOf(await userIdOf({ email }))).values()].flat()
  return rows
    .flatMap((row) => Object.entries(row))
    .filter(([column, value]) => /hash|salt|seed|secret/.test(column) && value !== null)
    .map(([, value]) => String(value))
}

describe('the export of an account', () => {
  test('has all its data and none of its secrets', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken, sessionId, codeNow, backupCodes } = await withTotp(app)
    const code = { method: 'totp', code: codeNow() } as const
    const { accessToken: token, refreshToken } = await stepUp(app, account, accessToken, code)
    await app.post('/api/auth/refresh/', { refresh_token: refreshToken })
    const answer = await app.send('GET', '/api/users/me/export/', { token })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Disposition')).toMatch(/^attachment; filename="[\w.-]+"$/)
    expect(answer.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
    expect(answer.body).toMatchObject({
      profile: { email: account.email, username: account.username },
      sessions: [{ id: sessionId, current: true }],
      devices: [{ current: true }],
      authenticators: [{ confirmed_at: expect.any(String) as string }],
      backup_codes_left: backupCodes.length,
      merchant_profile: null,
    })
    expect((answer.body['events'] as Event[])[0]).toMatchObject({ event: 'user_exported' })
    const secrets = await secretsOf(account)
    expect(secrets.length).toBeGreaterThan(backupCodes.length + 5)
    for (const secret of secrets) expect(answer.text).not.toContain(secret)
  })

  test('has the business profile, and every event however many, read page by page', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const merchant = { legal_name: 'Ada Antiques', country: 'NL' }
    const ada = await app.signUp({ role: 'merchant', merchant })
    const { accessToken: token } = await app.signIn(ada)
    await addEvents(ada, 1200)
    read()
    const { body } = await app.send('GET', '/api/users/me/export/', { token })
    const events = body['events'] as Event[]
    expect(events).toHaveLength(1205)
    expect(new Set(events.map(({ id }) => id)).size).toBe(1205)
    expect(body['merchant_profile']).toMatchObject({ state: 'draft', ...merchant })
    const BEFORE = 4
    expect(read().d1RoundTrips).toBe(BEFORE + 3)
  })
})
