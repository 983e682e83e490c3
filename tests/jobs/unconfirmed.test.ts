import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { purgeExpired } from '../../src/jobs/purge-expired'
import { purgeUnconfirmed } from '../../src/jobs/purge-unconfirmed'
import { sha256 } from '../../src/crypto/token'
import { hasAdmin, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { nextMail } from '../support/mailbox'
import { many } from '../support/many'
import { rowsOf } from '../support/rows-of'
import { countedGuards, depsAt, type Fault, killedAt } from './support'
import { insertAct } from '../support/pending-acts'

const DAY_SECONDS = 86_400
const DAY_MS = DAY_SECONDS * 1000
type App = ReturnType<typeof startApp>

const isThere = async (userId: string) => (await rowsOf(userId)).get('users')?.length === 1
const eventsOf = async (userId: string, event: string) =>
  (await rowsOf(userId)).get('audit_events')?.filter((row) => row['event'] === event).length

/** Accounts that were invited, made in the database, with a link each; their tokens. */
async function manyInvited(count: number, createdAt: number, expiresAt: number) {
  const id = crypto.randomUUID().slice(0, 8)
  const tokens = Array.from({ length: count }, (_, at) => `${id}${at}`.padEnd(43, 'x'))
  const data = JSON.stringify({
    role: 'customer',
    by: 'usr_admin',
    requestedBy: null,
    byEpoch: 0,
    requestedByEpoch: null,
  })
  await env.DB.batch(
    tokens.flatMap((token, at) => [
      env.DB.prepare(
        `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
         VALUES (?1, ?2, ?2, 'customer', 'pending', 'x', ?3)`,
      ).bind(`usr_${id}${at}`, `${id}${at}@example.org`, createdAt),
      env.DB.prepare(`INSERT INTO mailed_tokens VALUES (?, ?, 'invite', ?, ?)`).bind(
        sha256(token),
        `usr_${id}${at}`,
        data,
        expiresAt,
      ),
    ]),
  )
  return tokens.map((token, at) => ({
    token,
    userId: `usr_${id}${at}`,
    email: `${id}${at}@example.org`,
  }))
}

/** An account that was invited, and its link. */
async function invited(app: App) {
  const now = app.now().getTime()
  const [one] = await manyInvited(1, now, now + DAY_MS)
  if (!one) throw new Error('nobody was invited')
  return one
}

const PASSWORD = 'the invited one chose these words'
const accept = (app: App, token: string) =>
  app.post('/api/users/accept-invitation/', { token, password: PASSWORD }, { ip: freshAddress() })

describe('an invitation that nobody accepts', () => {
  test('goes after thirty days with all that hangs on it, not before; its events stay', async ({
    expect,
  }) => {
    const app = startApp()
    const { email, userId } = await invited(app)
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
    expect(events).toEqual(['user_purged'])
    rows.delete('audit_events')
    expect([...rows.values()].flat()).toEqual([])
    expect((await guard.locks(0)).stopped).toEqual([])
    // The address is free.
    await app.post('/api/users/create/', { email, password: PASSWORD }, { ip: freshAddress() })
    expect((await nextMail(email)).subject).toMatch(/Confirm/)
  })

  test('stays while a link or a waiting act leads to it, and where it is invited anew', async ({
    expect,
  }) => {
    const app = startApp()
    const [again, asked, accepted] = [await invited(app), await invited(app), await invited(app)]
    expect((await accept(app, accepted.token)).status).toBe(200)
    const admin = await hasAdmin(app)
    app.advance(29 * DAY_SECONDS)
    const token = await tokenFor(app, admin)
    const { email } = again
    await app.post('/api/users/create/', { email, role: 'customer' }, { token })
    await env.DB.prepare('UPDATE users SET created_at = 0 WHERE id = ?').bind(again.userId).run()
    const dueAt = app.now().getTime() + 9 * DAY_MS
    await insertAct('grant_admin', asked.userId, { by: admin.id, dueAt })
    app.advance(2 * DAY_SECONDS)
    await purgeUnconfirmed(depsAt(app))
    for (const id of [asked.userId, again.userId, accepted.userId]) {
      expect(await isThere(id)).toBe(true)
    }
  })

  test('that is accepted at the last moment stays', async ({ expect }) => {
    const app = startApp()
    const { email, userId, token } = await invited(app)
    const late = new Date(app.now().getTime() + 31 * DAY_MS)
    const deps = depsAt(
      late,
      beforeBatch(() => accept(app, token)),
    )
    await purgeUnconfirmed(deps)
    expect(await eventsOf(userId, 'user_purged')).toBe(0)
    await app.startLogin({ email, username: '', password: PASSWORD })
  })

  test('is accepted or gone, of many in parallel, and nothing between', async ({ expect }) => {
    const app = startApp()
    const now = app.now().getTime()
    // The clock of the job is ahead, so that links are dead to it and alive to their owners.
    const late = new Date(now + 31 * DAY_MS)
    const accounts = await manyInvited(many(50), now, now + DAY_MS)
    const answering = accounts.map(({ token }) => accept(app, token))
    await Promise.race(answering)
    await Promise.all([1, 2].map(() => purgeUnconfirmed(depsAt(late))))
    const answers = await Promise.all(answering)
    for (const [at, { userId }] of accounts.entries()) {
      const isAccepted = answers[at]?.status === 200
      expect(await isThere(userId)).toBe(isAccepted)
      expect(await eventsOf(userId, 'user_purged')).toBe(isAccepted ? 0 : 1)
      expect(await eventsOf(userId, 'user_invitation_accepted')).toBe(isAccepted ? 1 : 0)
    }
  })

  test('is taken 400 a run, and by the next one where one is killed', async ({ expect }) => {
    const now = Date.now()
    const { erased, counting } = countedGuards()
    const purge = (fault: Fault = (deps) => deps) =>
      purgeUnconfirmed(depsAt(new Date(now), (deps) => counting(fault(deps))))
    await manyInvited(450, now - 30 * DAY_MS, now - 1)
    await expect(purge(killedAt(2, ['batch']))).rejects.toThrow()
    expect(await purge()).toEqual({ accounts: 370 })
    await manyInvited(450, now - 30 * DAY_MS, now - 1)
    expect(await purge()).toEqual({ accounts: 400 })
    expect(await purge()).toEqual({ accounts: 50 })
    expect(new Set(erased).size).toBe(900)
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
