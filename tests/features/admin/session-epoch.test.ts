import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { run } from '../../crons/support'
import { openSession } from '../../support/accounts'
import { me, signedIn } from '../../support/acts'
import { endAll, hasAdmin, insertUser, tokenFor } from '../../support/admins'
import { startApp } from '../../support/app'
import { isDeep, ROWS } from '../../support/many'
import { startMeter } from '../../support/meter'
import { sessionIds } from '../../support/rows-of'

/** Rows of live sessions of a user, as one who signs in would leave them. */
const insertSessions = (userId: string, count: number) =>
  env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO sessions (user_id, id, transport, secret_hash, first_factor, second_factor,
       auth_time, created_at, last_used_at, expires_at, ip, epoch)
     SELECT ?1, 'ses_' || i || ?3, 'bearer', i, 'pwd', 'totp', 0, 0, 0, 9e15, '10.0.0.1',
       (SELECT epoch FROM session_epoch) FROM n`,
  )
    .bind(userId, count, crypto.randomUUID())
    .run()

describe('the epoch of sessions', () => {
  test('writes as many rows for a million sessions as for none, and reads some thousand at most', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const admin = await hasAdmin(app)
    const user = await insertUser(app, 'customer')
    const cost = async () => {
      const token = await tokenFor(app, admin)
      read()
      const { body } = await endAll(app, admin, token)
      return { ended: Number(body['ended']), ...read() }
    }
    // The first of its admin also makes the key that the reason is sealed with.
    await cost()
    const few = await cost()
    const count = isDeep ? ROWS : 100
    await insertSessions(user, count)
    const all = await cost()
    expect(all.ended).toBeGreaterThanOrEqual(Math.min(count, 900))
    expect(all).toMatchObject({ rowsWritten: few.rowsWritten, d1RoundTrips: few.d1RoundTrips })
    // An event with its index entry, the admin's session twice, and the epoch.
    expect(all.rowsWritten).toBe(5)
    expect(all.rowsRead).toBeLessThan(2100)
  })

  test('leaves their rows to the purge, which takes no other', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const bob = await signedIn(app)
    const { token } = await endAll(app, admin)
    const again = await openSession(app.deps(), bob.userId)
    expect(await sessionIds(bob.userId)).toHaveLength(2)
    await run(app, 'purge-expired')
    expect(await sessionIds(bob.userId)).toEqual([again.sessionId])
    expect((await me(app, { token: again.accessToken })).status).toBe(200)
    expect((await me(app, { token })).status).toBe(200)
  })

  test('leaves dead rows out of the twenty of an account', async ({ expect }) => {
    const app = startApp()
    const admin = { id: await insertUser(app, 'admin') }
    const { token } = await endAll(app, admin)
    await insertSessions(admin.id, 25)
    await env.DB.prepare(
      'UPDATE sessions SET epoch = 0, last_used_at = 9e15 WHERE user_id = ? AND created_at = 0',
    )
      .bind(admin.id)
      .run()
    await openSession(app.deps(), admin.id)
    expect((await me(app, { token })).status).toBe(200)
  })

  test('is nobody’s session where the epoch is not known', async ({ expect }) => {
    const app = startApp()
    const { accessToken, userId } = await signedIn(app)
    const { epoch } = (await env.DB.prepare('SELECT epoch FROM session_epoch').first<{
      epoch: number
    }>()) ?? { epoch: 0 }
    await env.DB.exec('DELETE FROM session_epoch')
    try {
      expect((await me(app, { token: accessToken })).status).toBe(401)
      await expect(openSession(app.deps(), userId)).rejects.toThrow()
    } finally {
      await env.DB.prepare('INSERT INTO session_epoch VALUES (1, ?)').bind(epoch).run()
    }
    expect((await me(app, { token: accessToken })).status).toBe(200)
  })
})
