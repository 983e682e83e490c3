import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { Deps } from '../../src/context'
import { purgeExpired } from '../../src/jobs/purge-expired'
import { purgeUnconfirmed } from '../../src/jobs/purge-unconfirmed'
import { sha256 } from '../../src/crypto/token'
import { hasAdmin, insertUser, REASON, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { nextMail, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { rowsOf, userIdOf } from '../support/rows-of'
import { depsAt, type Fault, killedAt } from './support'

const DAY_SECONDS = 86_400
const DAY_MS = DAY_SECONDS * 1000
type App = ReturnType<typeof startApp>

const isThere = async (userId: string) => (await rowsOf(userId)).get('users')?.length === 1
const eventsOf = async (userId: string, event: string) =>
  (await rowsOf(userId)).get('audit_events')?.filter((row) => row['event'] === event).length

/** An account that waits for its confirmation, with a draft, and its link. */
async function signedUp(app: App) {
  const account = app.newAccount()
  const merchant = { legal_name: 'Ada Antiques' }
  const body = { ...account, role: 'merchant', merchant }
  await app.post('/api/users/create/', body, { ip: freshAddress() })
  return {
    account,
    userId: await userIdOf(account),
    token: tokenIn(await nextMail(account.email)),
  }
}

/** Accounts that wait, made in the database, with a link each; their tokens. */
async function manySignedUp(count: number, createdAt: number, expiresAt: number) {
  const id = crypto.randomUUID().slice(0, 8)
  const tokens = Array.from({ length: count }, (_, at) => `${id}${at}`.padEnd(43, 'x'))
  await env.DB.batch(
    tokens.flatMap((token, at) => [
      env.DB.prepare(
        `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
         VALUES (?1, ?2, ?2, 'customer', 'pending', 'x', ?3)`,
      ).bind(`usr_${id}${at}`, `${id}${at}@example.org`, createdAt),
      env.DB.prepare(`INSERT INTO mailed_tokens VALUES (?, ?, 'verify', NULL, ?)`).bind(
        sha256(token),
        `usr_${id}${at}`,
        expiresAt,
      ),
    ]),
  )
  return tokens.map((token, at) => ({ token, userId: `usr_${id}${at}` }))
}

describe('an account that nobody confirms', () => {
  test('goes after thirty days with all that hangs on it, not before; its events stay', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId } = await signedUp(app)
    const guard = env.ACCOUNT_GUARD.getByName(userId)
    {
      const request = { device: null, isKnown: true, now: app.now().getTime() }
      using reservation = await guard.reservePassword(request)
      await reservation.attempt?.fail()
    }
    app.advance(30 * DAY_SECONDS - 60)
    await purgeUnconfirmed(depsAt(app))
    expect(await isThere(userId)).toBe(true)
    app.advance(60)
    const purges = await Promise.all([1, 2, 3].map(() => purgeUnconfirmed(depsAt(app))))
    expect(purges.reduce((sum, { accounts = 0 }) => sum + accounts, 0)).toBe(1)
    const rows = await rowsOf(userId)
    const events = rows.get('audit_events')?.map(({ event }) => event)
    expect(events).toEqual(['user_created', 'user_purged'])
    rows.delete('audit_events')
    expect([...rows.values()].flat()).toEqual([])
    expect((await guard.locks(0)).stopped).toEqual([])
    // The address is free.
    await app.post('/api/users/create/', account, { ip: freshAddress() })
    expect(await userIdOf(account)).not.toBe(userId)
  })

  test('stays while a link or a waiting act leads to it, and with a sign-up anew', async ({
    expect,
  }) => {
    const app = startApp()
    const [again, asked, confirmed] = [
      await signedUp(app),
      await signedUp(app),
      await signedUp(app),
    ]
    const ip = freshAddress()
    await app.post('/api/auth/verify-email/', { token: confirmed.token }, { ip })
    const admin = await hasAdmin(app)
    app.advance(29 * DAY_SECONDS)
    const signIn = await tokenFor(app, admin)
    const invited = await app.post(
      '/api/users/create/',
      { email: app.newAccount().email, role: 'customer' },
      { token: signIn },
    )
    const invitedId = String(invited.body['user_id'] ?? invited.body['id'])
    await env.DB.prepare('UPDATE users SET created_at = 0 WHERE id = ?').bind(invitedId).run()
    await env.DB.prepare(
      `INSERT INTO pending_acts VALUES ('act', 'grant_admin', ?, ?, ?, 0, ?, 'waiting', NULL, NULL)`,
    )
      .bind(asked.userId, admin.id, REASON, app.now().getTime() + 9 * DAY_MS)
      .run()
    await app.post('/api/users/create/', again.account, { ip })
    app.advance(2 * DAY_SECONDS)
    await purgeUnconfirmed(depsAt(app))
    for (const id of [invitedId, asked.userId, again.userId, confirmed.userId]) {
      expect(await isThere(id)).toBe(true)
    }
  })

  test('that is confirmed at the last moment stays, with all that it has', async ({ expect }) => {
    const app = startApp()
    const { account, userId, token } = await signedUp(app)
    const late = new Date(app.now().getTime() + 31 * DAY_MS)
    const confirm = () => app.post('/api/auth/verify-email/', { token }, { ip: freshAddress() })
    const deps = depsAt(late, beforeBatch(confirm))
    await purgeUnconfirmed(deps)
    expect((await rowsOf(userId)).get('merchant_profiles')).toHaveLength(1)
    expect(await eventsOf(userId, 'user_purged')).toBe(0)
    await app.startLogin(account)
  })

  test('is confirmed or gone, of many in parallel, and nothing between', async ({ expect }) => {
    const app = startApp()
    const now = app.now().getTime()
    // The clock of the job is ahead, so that links are dead to it and alive to their owners.
    const late = new Date(now + 31 * DAY_MS)
    const accounts = await manySignedUp(many(50), now, now + DAY_MS)
    const answering = accounts.map(({ token }) =>
      app.post('/api/auth/verify-email/', { token }, { ip: freshAddress() }),
    )
    await Promise.race(answering)
    await Promise.all([1, 2].map(() => purgeUnconfirmed(depsAt(late))))
    const answers = await Promise.all(answering)
    for (const [at, { userId }] of accounts.entries()) {
      const isConfirmed = answers[at]?.status === 200
      expect(await isThere(userId)).toBe(isConfirmed)
      expect(await eventsOf(userId, 'user_purged')).toBe(isConfirmed ? 0 : 1)
      expect(await eventsOf(userId, 'user_email_verified')).toBe(isConfirmed ? 1 : 0)
    }
  })

  test('is taken 400 a run, and by the next one where one is killed', async ({ expect }) => {
    const now = Date.now()
    // Each real guard is a database of its own, which takes longer than all the rest.
    const erased = new Set<string>()
    const guards = { getByName: (id: string) => ({ erase: async () => void erased.add(id) }) }
    const counting: Fault = (deps) => ({
      ...deps,
      accountGuards: guards as unknown as Deps['accountGuards'],
    })
    const purge = (fault: Fault = (deps) => deps) =>
      purgeUnconfirmed(depsAt(new Date(now), (deps) => counting(fault(deps))))
    await manySignedUp(450, now - 30 * DAY_MS, now - 1)
    await expect(purge(killedAt(2, ['batch']))).rejects.toThrow()
    expect(await purge()).toEqual({ accounts: 370 })
    await manySignedUp(450, now - 30 * DAY_MS, now - 1)
    expect(await purge()).toEqual({ accounts: 400 })
    expect(await purge()).toEqual({ accounts: 50 })
    expect(erased.size).toBe(900)
  })
})

describe('the purge of what has expired', () => {
  const now = Date.now()
  const insertTokens = (userId: string, count: number, name: string, expiresAt: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO mailed_tokens
       SELECT hex(randomblob(21)) || ?2, ?3, 'reset', NULL, ?4 FROM n`,
    )
      .bind(count, name, userId, expiresAt)
      .run()
  const left = async (name: string) =>
    env.DB.prepare(`SELECT count(*) AS count FROM mailed_tokens WHERE token_hash LIKE '%' || ?`)
      .bind(name)
      .first('count')

  test('looks at all of a table, wherever it begins, and is taken up where it was killed', async ({
    expect,
  }) => {
    const userId = await insertUser(startApp(), 'customer')
    await insertTokens(userId, 12_000, 'dead', now)
    await insertTokens(userId, 500, 'live', now + 1)
    const counting = killedAt(4, ['all'])
    await expect(purgeExpired(depsAt(new Date(now), counting))).rejects.toThrow()
    await purgeExpired(depsAt(new Date(now)))
    expect([await left('dead'), await left('live')]).toEqual([0, 500])
  })

  test('stops when its time is over', async ({ expect }) => {
    const userId = await insertUser(startApp(), 'customer')
    await insertTokens(userId, 10, 'slow', now)
    let calls = 0
    // Each look at the clock is a minute later.
    const ticking = { now: () => new Date(now + 60_000 * calls++) }
    expect(await purgeExpired(depsAt(ticking))).toMatchObject({ tokens: 0 })
    expect(await left('slow')).toBe(10)
    expect(await purgeExpired(depsAt(new Date(now)))).toMatchObject({ tokens: 10 })
  })

  test('forgets browsers 401 days after they were seen, and not while a cookie lives', async ({
    expect,
  }) => {
    const userId = await insertUser(startApp(), 'customer')
    const seen = now - 401 * DAY_MS
    await env.DB.batch(
      [
        ['old', seen],
        ['kept', seen + 1],
      ].map(([hash, at]) =>
        env.DB.prepare(`INSERT INTO known_devices VALUES (?, ?, 'a', 'DE', 0, ?, '')`).bind(
          userId,
          hash,
          at,
        ),
      ),
    )
    expect(await purgeExpired(depsAt(new Date(now)))).toMatchObject({ devices: 1 })
    const devices = (await rowsOf(userId)).get('known_devices')
    expect(devices?.map((row) => row['device_hash'])).toEqual(['kept'])
  })
})
