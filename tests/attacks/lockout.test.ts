import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { eraseAccounts } from '../../src/features/privacy/erase-accounts'
import { limiterOf } from '../../src/identity/attempts/limiter-of'
import { signedIn } from '../support/acts'
import { freshAddress, startApp } from '../support/app'
import { countingHashes, failLogin, visible } from '../support/attack'
import { sendWaiting } from '../support/mail-faults'
import { subjectsTo } from '../support/mailbox'
import { many } from '../support/many'

const login = (identifier: string, password: string) => ({ identifier, password })

/** The deps of the job that erases, once the time of an account has come. */
async function erasureDue(app: ReturnType<typeof startApp>, userId: string) {
  await env.DB.prepare('UPDATE users SET erasure_due_at = 1 WHERE id = ?').bind(userId).run()
  return app.deps()
}

describe('lockout and throttling', () => {
  test('E-013: the right password is refused at 29:59 of a lock and accepted at 30:00', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await failLogin(app, ada.email, 5)
    const right = () => app.post('/api/auth/login/', login(ada.email, ada.password))
    app.advance(1790)
    expect((await right()).status).toBe(429)
    app.advance(10)
    expect((await right()).status).toBe(200)
  })

  test('E-015: full-width, zero-width and other confusable spellings never get a fresh counter', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const [local = '', domain = ''] = ada.email.split('@')
    const fullWidth = local.replace(/./g, (c) => String.fromCodePoint(c.charCodeAt(0) + 0xfee0))
    const spellings = [
      `${fullWidth}@${domain}`,
      `${local}＠${domain}`,
      `${local}\u200b@${domain}`,
      `${local}@${domain}.`,
      `${local}@\u200b${domain}`,
      `"${local}"@${domain}`,
      ` ${ada.email} `,
    ]
    for (const spelling of spellings) {
      const answer = await app.post('/api/auth/login/', login(spelling, ada.password))
      expect([spelling, answer.status]).toEqual([spelling, 400])
    }
  })

  test('E-016: username and address count together, and only the owner hears of it', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await failLogin(app, ada.email, 3)
    await failLogin(app, ada.username, 2)
    // Neither name has had five: both go on like names that nobody has, and no password is right.
    for (const name of [ada.email, ada.username]) {
      const right = await app.post('/api/auth/login/', login(name, ada.password), {
        ip: freshAddress(),
      })
      expect([right.status, right.body.code]).toEqual([401, 'invalid_credentials'])
    }
    await sendWaiting()
    expect(await subjectsTo(ada.email)).toEqual(['Sign-in is locked for 30 minutes'])
    app.advance(1800)
    expect((await app.post('/api/auth/login/', login(ada.username, ada.password))).status).toBe(200)
  })

  test('E-016: what strangers did with a name stays with it when it changes hands', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, accessToken: token } = await signedIn(app)
    const { email, username, password } = account
    const enter = async (name: string) =>
      (await app.post('/api/auth/login/', login(name, password), { ip: freshAddress() })).status
    await failLogin(app, username, 5)
    const next = app.newAccount().username
    const renamed = await app.send('PUT', '/api/users/update/', {
      json: { username: next },
      token,
    })
    expect(renamed.status).toBe(200)
    expect([await enter(username), await enter(next)]).toEqual([429, 401])
    await failLogin(app, email, 5)
    await eraseAccounts(await erasureDue(app, userId))
    expect([await enter(email), await enter(username), await enter(next)]).toEqual([429, 429, 401])
    app.advance(1800)
    expect([await enter(email), await enter(username)]).toEqual([401, 401])
  })

  test('E-017: a login of its owner clears nothing that strangers could see', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await failLogin(app, ada.email, 4)
    await app.startLogin(ada, {}, { ip: freshAddress() })
    expect((await failLogin(app, ada.email, 2)).map(({ status }) => status)).toEqual([401, 429])
  })

  test('E-026: a name that is locked uses up none of the tries of its account', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const key = { kind: 'email', key: ada.email } as const
    for (let count = 0; count < 5; count++) {
      using place = await limiterOf(app.deps(), { name: key }).reservePassword({
        device: null,
        isKnown: false,
        now: app.now().getTime(),
      })
      await place.attempt?.fail()
    }
    // No record in KV: the guard of the name refuses, after that of the account has been asked.
    const refused = await failLogin(app, ada.email, 6)
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]))
    const byName = login(ada.username, ada.password)
    expect((await app.post('/api/auth/login/', byName, { ip: freshAddress() })).status).toBe(200)
  })

  test('E-017: a success on another account clears nothing of the victim', async ({ expect }) => {
    const app = startApp()
    const victim = await app.hasAccount()
    const attacker = await app.hasAccount()
    const ip = freshAddress()
    for (let count = 0; count < 4; count++) {
      await app.post('/api/auth/login/', login(victim.email, 'wrong'), { ip })
    }
    expect(
      (await app.post('/api/auth/login/', login(attacker.email, attacker.password), { ip })).status,
    ).toBe(200)
    expect((await app.post('/api/auth/login/', login(victim.email, 'wrong'), { ip })).status).toBe(
      401,
    )
    expect((await app.post('/api/auth/login/', login(victim.email, 'wrong'), { ip })).status).toBe(
      429,
    )
  })

  test('E-020, row 36 (AA 65.14.2): headers that a client can write move neither the limiter nor the log', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const ip = freshAddress()
    const spoof = (index: number) => ({
      'X-Forwarded-For': `1.2.3.${index}`,
      Forwarded: `for=1.2.3.${index}`,
      'True-Client-IP': `1.2.3.${index}`,
      'X-Real-IP': `1.2.3.${index}`,
      'X-Client-IP': `1.2.3.${index}`,
      Via: `1.1 1.2.3.${index}`,
    })
    let last = 0
    for (let index = 0; index < 31; index++) {
      const answer = await app.post(
        '/api/auth/login/',
        login(`nobody${index}@example.com`, 'wrong'),
        { ip, headers: spoof(index) },
      )
      last = answer.status
    }
    expect(last).toBe(429)
    await app.post('/api/auth/login/', login(ada.email, 'wrong'), { headers: spoof(1) })
    const { results } = await env.DB.prepare(
      `SELECT DISTINCT ip FROM audit_events WHERE ip LIKE '1.2.3.%'`,
    ).run()
    expect(results).toEqual([])
  }, 60_000)

  test('E-021: the addresses of one /64 share a limit, and all of a /48 share twice as much', async ({
    expect,
  }) => {
    const app = startApp()
    const [a = 0, b = 0] = crypto.getRandomValues(new Uint16Array(2))
    const site = `2001:${a.toString(16)}:${b.toString(16)}`
    const resend = (ip: string) =>
      app.post('/api/auth/verify-email/resend/', { email: `nobody${app.id}@example.com` }, { ip })
    for (let index = 0; index < 20; index++) {
      expect((await resend(`${site}:1:${index + 1}::1`)).status).toBe(202)
    }
    expect((await resend(`${site}:1:ffff::1`)).status).toBe(429)
    expect((await resend(`${site.toUpperCase()}:0001:0:0:0:9`)).status).toBe(429)
    const burst = await Promise.all(
      Array.from({ length: 70 }, (_, index) => resend(`${site}:${index + 2}::1`)),
    )
    expect(burst.filter(({ status }) => status === 202)).toHaveLength(20)
    const { results } = await env.DB.prepare(
      `SELECT data FROM audit_events WHERE event = 'excess_rate_limit_exceeded' AND ip LIKE ?
       ORDER BY id`,
    )
      .bind(`${site}:%`)
      .run<{ data: string }>()
    const told = results.map(({ data }) => JSON.parse(data) as { site?: string; count: number })
    const ofSite = told.filter((data) => data.site === `${site}::/48`).map(({ count }) => count)
    expect(ofSite.toSorted((one, other) => one - other)).toEqual([1, 2, 4, 8, 16, 32])
    expect(told.length - ofSite.length).toBe(2)
  }, 60_000)

  test('E-026: many tries at once during a lock hash nothing and do not prolong it', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await failLogin(app, ada.email, 5)
    app.advance(600)
    const { hashes, result } = await countingHashes(() =>
      Promise.all(
        Array.from({ length: many(1000) }, () =>
          app.post('/api/auth/login/', login(ada.email, ada.password), { ip: freshAddress() }),
        ),
      ),
    )
    expect(hashes).toBe(0)
    expect(new Set(result.map(({ status }) => status))).toEqual(new Set([429]))
    const waits = result.map(({ headers }) => Number(headers.get('Retry-After')))
    expect(Math.max(...waits)).toBeLessThanOrEqual(1200)
    app.advance(Math.max(...waits))
    expect((await app.post('/api/auth/login/', login(ada.email, ada.password))).status).toBe(200)
  }, 120_000)

  test('E-011: an unknown name locks like a known one, with the same answers', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const known = await failLogin(app, ada.email, 7)
    const unknown = await failLogin(app, `nobody${app.id}@example.com`, 7)
    expect(unknown.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429])
    const seen = (answers: typeof known) =>
      answers.map((answer) => {
        const { headers, ...rest } = visible(answer)
        return { ...rest, headers: headers.filter(([name]) => name !== 'retry-after') }
      })
    expect(seen(unknown)).toEqual(seen(known))
    for (const answer of [known, unknown].map((answers) => answers.at(-1))) {
      expect(Number(answer?.headers.get('Retry-After'))).toBeGreaterThan(1790)
    }
  })
})
