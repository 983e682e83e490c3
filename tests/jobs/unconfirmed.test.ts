import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { purgeUnconfirmed } from '../../src/jobs/purge-unconfirmed'
import { randomId, sha256 } from '../../src/platform/crypto/token'
import { hasAdmin, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { nextMail } from '../support/mailbox'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import { insertAct } from '../support/pending-acts'
import { rowsOf } from '../support/rows-of'
import { countedGuards, depsAt, type Fault, killedAt } from './support'

const [DAY_SECONDS, DAY_MS] = [86_400, 86_400_000]
/** Several times as many as a run looks at. */
const STAY = 20_000
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
    expect(await purge(killedAt(2, ['batch']))).toEqual({ accounts: 80, failed: 8 * 40 })
    expect(await purge()).toEqual({ accounts: 370, failed: 0 })
    await manyInvited(450, now - 30 * DAY_MS, now - 1)
    expect(await purge()).toEqual({ accounts: 400, failed: 0 })
    expect(await purge()).toEqual({ accounts: 50, failed: 0 })
    expect(new Set(erased).size).toBe(900)
  })

  test('is found among any number of those that stay, a part of them a run', async ({ expect }) => {
    const now = Date.now()
    const { counting } = countedGuards()
    const { meter, read } = startMeter()
    const old = now - 31 * DAY_MS
    const ids = JSON.stringify(Array.from({ length: STAY }, () => randomId('usr')))
    const stays = `FROM json_each(?1)`
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
         SELECT value, value || '@x.org', value || '@x.org', 'customer', 'pending', 'x', ?2 - key
         ${stays}`,
      ).bind(ids, old),
      env.DB.prepare(
        `INSERT INTO mailed_tokens SELECT value, value, 'invite', NULL, ?2 ${stays}`,
      ).bind(ids, now + 1),
    ])
    // Oldest, in the middle, and those who are next to become old.
    const places = [old - STAY - 1, old - STAY / 2, old + 1]
    for (const createdAt of places) await manyInvited(1, createdAt, now - 1)
    let left = places.length
    for (let runs = 0; left > 0; runs += 1) {
      read()
      const { accounts = 0 } = await purgeUnconfirmed(
        depsAt(new Date(now), (deps) => meter(counting(deps))),
      )
      expect(read().rowsRead).toBeLessThan(11 * 500 * 4 + 1000)
      left -= accounts
      expect(runs).toBeLessThan(200)
    }
    expect(left).toBe(0)
    await env.DB.batch(
      ['mailed_tokens WHERE user_id', 'users WHERE id'].map((column) =>
        env.DB.prepare(`DELETE FROM ${column} IN (SELECT value ${stays})`).bind(ids),
      ),
    )
  })
})
