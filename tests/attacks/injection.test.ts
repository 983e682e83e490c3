import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { crons, runJobs } from '../../src/crons'
import { freshAddress, startApp } from '../support/app'
import { nextMail, tokenIn } from '../support/mailbox'
import { testDeps } from '../support/test-deps'

const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  "') UNION SELECT password_hash FROM users --",
  '" OR ""="',
  "\\'; DELETE FROM sessions; --",
  "1; ATTACH DATABASE 'x' AS y",
  "admin'/*",
  '?1',
  ':id',
]

const countOf = async (table: string) => {
  const { results } = await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).run<{
    n: number
  }>()
  return results[0]?.n ?? 0
}

describe('injection', () => {
  test('E-080: SQL in every string that is sent is a 400, a refusal or plain text', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const before = await countOf('users')
    const send = (path: string, json: unknown) => app.post(path, json, { ip: freshAddress() })
    for (const text of SQL) {
      const answers = [
        await send('/api/auth/login/', { identifier: text, password: 'x' }),
        await send('/api/auth/login/', { identifier: ada.email, password: text }),
        await send('/api/auth/verify-2fa/', { challenge: text, method: 'email', code: '000000' }),
        await send('/api/auth/verify-2fa/', {
          challenge: 'A'.repeat(43),
          method: text,
          code: text,
        }),
        await send('/api/auth/resend-otp/', { challenge: text }),
        await send('/api/auth/refresh/', { refresh_token: text }),
        await send('/api/auth/verify-email/', { token: text }),
        await send('/api/auth/verify-email/resend/', { email: text }),
        await send('/api/users/create/', { email: text, password: 'a long enough passphrase' }),
        await send('/api/users/create/', {
          email: `${app.id}@example.com`,
          username: text,
          password: 'a long enough passphrase',
        }),
      ]
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => ![400, 401, 429].includes(status))).toEqual([])
      const headers = { 'User-Agent': text, Cookie: `__Host-phantom_device=${text}` }
      const login = { identifier: `nobody${app.id}@example.com`, password: 'x' }
      const answer = await app.post('/api/auth/login/', login, { headers, ip: freshAddress() })
      expect([401, 429]).toContain(answer.status)
    }
    expect(await countOf('users')).toBe(before)
  })

  test('E-083: SQL in what was stored stays text in the events, the profile and the jobs', async ({
    expect,
  }) => {
    const app = startApp()
    const name = "Ada'); DROP TABLE users; --"
    const account = app.newAccount()
    const created = await app.post(
      '/api/users/create/',
      { ...account, role: 'merchant', merchant: { legal_name: name, address: name } },
      { ip: freshAddress(), headers: { 'User-Agent': name } },
    )
    expect(created.status).toBe(202)
    const token = tokenIn(await nextMail(account.email))
    const verified = await app.post(
      '/api/auth/verify-email/',
      { token },
      { headers: { 'User-Agent': name } },
    )
    expect(verified.status).toBe(200)
    for (const { name } of Object.values(crons)) await runJobs(testDeps(), name)
    const { results } = await env.DB.prepare(
      `SELECT legal_name, (SELECT user_agent FROM audit_events WHERE user_id = u.id LIMIT 1) AS agent
       FROM merchant_profiles JOIN users u ON u.id = user_id WHERE u.email = ?`,
    )
      .bind(account.email)
      .run()
    expect(results).toEqual([{ legal_name: name, agent: name }])
  })

  test('E-088: names that look like keys reach no other key of KV or of an object', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const { results } = await env.DB.prepare('SELECT id FROM users WHERE email = ?')
      .bind(ada.email)
      .run<{ id: string }>()
    const names = [`lock:${ada.username}`, results[0]?.id ?? '', `name:${ada.username}`, 'email:x']
    for (const name of names) {
      for (let count = 0; count < 6; count++) {
        await app.post(
          '/api/auth/login/',
          { identifier: name, password: 'x' },
          { ip: freshAddress() },
        )
        const at = { identifier: `lock/${count}@example.com`, password: 'x' }
        await app.post('/api/auth/login/', at, { ip: freshAddress() })
      }
    }
    const { keys } = await env.KV.list()
    for (const { name } of keys) expect(name).toMatch(/^(lock|otp):[A-Za-z0-9_-]{43}$/)
    const right = { identifier: ada.email, password: ada.password }
    expect((await app.post('/api/auth/login/', right)).status).toBe(200)
  })

  test('E-098: markup in names, agents and profiles is inert in pages and mails', async ({
    expect,
  }) => {
    const app = startApp()
    const markup = '"><img src=x onerror=alert(1)>'
    const account = app.newAccount()
    const headers = { 'User-Agent': markup }
    const refused = await app.post(
      '/api/users/create/',
      { ...account, username: markup },
      { headers },
    )
    expect(refused.status).toBe(400)
    expect(refused.text).not.toContain('onerror')
    await app.post('/api/users/create/', account, { ip: freshAddress(), headers })
    await nextMail(account.email)
    const ada = await app.hasAccount()
    await app.startLogin(ada, {}, { headers })
    const mail = await nextMail(ada.email)
    expect(mail.html).not.toContain('<img')
    for (const path of ['/', '/verify-email', '/api/docs/']) {
      const page = await app.send('GET', path, { headers })
      expect(page.text).not.toContain('onerror')
    }
  })

  test('E-103: nobody signs up as more than a customer or merchant, or as verified', async ({
    expect,
  }) => {
    const app = startApp()
    const extras: Record<string, unknown>[] = [
      { role: 'admin' },
      { role: ['customer', 'admin'] },
      { roles: ['admin'] },
      { isAdmin: true },
      { is_admin: true },
      { status: 'active' },
      { emailVerified: true },
      { email_verified_at: '2026-01-01T00:00:00Z' },
      { mfaRequired: false },
      { merchantId: 'x' },
      { id: 'usr_x' },
      { created_at: 0 },
      { security_epoch: 9 },
      { merchant: { state: 'approved' }, role: 'merchant' },
      { merchant: { legal_name: 'Ada' } },
    ]
    for (const extra of extras) {
      const account = app.newAccount()
      const answer = await app.post(
        '/api/users/create/',
        { ...account, ...extra },
        { ip: freshAddress() },
      )
      expect([extra, answer.status]).toEqual([extra, 400])
    }
    const plain = app.newAccount()
    await app.post('/api/users/create/', plain, { ip: freshAddress() })
    const rowsIn = async (table: string) => {
      const query = env.DB.prepare(`SELECT role FROM ${table} WHERE email = ?`).bind(plain.email)
      return (await query.run()).results
    }
    expect([await rowsIn('users'), await rowsIn('sign_ups')]).toEqual([[], [{ role: 'customer' }]])
  })
})

describe('browser', () => {
  test('E-078: no page can be framed, and none shares its window', async ({ expect }) => {
    const app = startApp()
    for (const path of ['/', '/verify-email', '/api/docs/']) {
      const { headers } = await app.send('GET', path)
      expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
    }
  })
})

describe('platform', () => {
  test('E-117: cron and platform paths are no routes', async ({ expect }) => {
    const app = startApp()
    const noted = async () => (await env.DB.prepare('SELECT * FROM job_runs').run()).results
    const before = await noted()
    for (const path of [
      '/__scheduled',
      '/__scheduled?cron=*+*+*+*+*',
      '/cdn-cgi/handler/scheduled',
      '/cdn-cgi/handler/scheduled?cron=seal-events',
      '/cdn-cgi/local/scheduled?cron=seal-events',
      '/api/jobs/',
      '/api/admin/jobs/seal-events/',
      '/api/cron/',
      '/debug',
    ]) {
      for (const method of ['GET', 'POST']) {
        expect((await app.send(method, path)).status).toBe(404)
      }
    }
    expect(await noted()).toEqual(before)
  })
})
