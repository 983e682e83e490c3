import { describe, test } from 'vitest'
import { personalKeys } from '../../src/platform/audit/personal-box'
import { recordEvent } from '../../src/platform/audit/record'
import { openText, sealText } from '../../src/platform/audit/text'
import { auditKeys } from '../../src/platform/db/audit-schema'
import type { Deps } from '../../src/platform/deps'
import { recordServiceEvent, serviceEvent } from '../../src/trust/service-event'
import { listActivity } from '../../src/users/activity'
import { sql } from '../audit/support'
import { ask, DAY, invited } from '../identity/mailbox/states'
import { openSession } from '../support/accounts'
import { signedIn } from '../support/acts'
import { act, columnOf, hasAdmin, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { documented } from '../support/documented'
import { faultyApp } from '../support/mail-faults'
import { mailsTo, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import { testDeps } from '../support/test-deps'

const SAID = { reason: 'Ada asked for it \u{1f4de}' }
const HERS = { ip: '192.0.2.77', country: 'DE', userAgent: 'her browser', requestId: 'req_x' }

/** What docs/operations.md gives for a key that does not open: with a copy of it, and without. */
const putBack = documented('docs/operations.md', 'UPDATE audit_keys')
const giveUp = documented('docs/operations.md', 'DELETE FROM audit_keys')

/** The database makes no key. */
function noKey(deps: Deps): Deps {
  const insert = (table: unknown) => {
    if (table === auditKeys) throw new Error('D1_ERROR: down')
    return deps.db.insert(table as typeof auditKeys)
  }
  return { ...deps, db: Object.assign(Object.create(deps.db) as Deps['db'], { insert }) }
}

describe('what is said of an account', () => {
  test('what cannot be sealed is not done, and keeps its step-up', async ({ expect }) => {
    const { app, during } = faultyApp()
    const [admin, userId] = [await hasAdmin(app), await insertUser(app, 'customer')]
    const token = await tokenFor(app, admin)
    const disable = () =>
      app.post(`/api/admin/users/${userId}/disable/`, SAID, { token, ip: freshAddress() })
    expect((await during(noKey, disable)).body.code).toBe('service_unavailable')
    await sql(`INSERT INTO audit_keys VALUES (?, 'x.y')`, userId)
    expect((await disable()).body.code).toBe('service_unavailable')
    expect(await sql('SELECT 1 FROM audit_events WHERE user_id = ?', userId)).toEqual([])
    expect(await columnOf(userId, 'status')).toBe('active')
    await sql(giveUp.replace('usr_…', userId))
    expect((await disable()).status).toBe(204)
    const [{ key } = { key: '' }] = await sql<{ key: string }>(
      'SELECT sealed_key AS key FROM audit_keys WHERE user_id = ?',
      userId,
    )
    const read = async () => (await personalKeys(app.deps(), [userId], () => {})).size
    await sql(`UPDATE audit_keys SET sealed_key = 'x.y'`)
    expect(await read()).toBe(0)
    await sql(putBack.replace('usr_…', userId).replace('…', key))
    expect(await read()).toBe(1)
  })

  test('has one key, however many first texts come at once, and then costs one query', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const deps = meter(testDeps())
    const userId = await insertUser(startApp(), 'customer')
    const seals = Array.from({ length: many(50) }, () => sealText(deps, userId, SAID))
    const texts = await Promise.all(seals)
    const key = (await personalKeys(deps, [userId])).get(userId)
    for (const [id, text] of texts.entries()) {
      expect((await openText(key, { id, box: text?.box, hash: text?.hash }))?.text).toEqual(SAID)
    }
    expect(new Set(texts.map((text) => text?.box)).size).toBe(texts.length)
    read()
    await sealText(deps, userId, SAID)
    expect(read().d1Statements).toBe(1)
  })

  test('the owner reads what was said and not by whom, in one query more only then', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const [admin, ada] = [await hasAdmin(app), await signedIn(app)]
    const page = async () => {
      const { accessToken: token } = await openSession(app.deps(), ada.userId)
      read()
      const path = '/api/users/me/activity/?limit=2'
      const answer = await app.send('GET', path, { token, ip: freshAddress() })
      return { events: answer.body['events'] as object[], asked: read().d1RoundTrips }
    }
    const without = await page()
    expect((await act(app, admin, `${ada.userId}/unlock`, SAID)).status).toBe(204)
    const said = await page()
    expect(said.events).toContainEqual(
      expect.objectContaining({ event: 'user_unlocked', data: null, text: SAID, ip: null }),
    )
    expect(JSON.stringify(said.events)).not.toContain(admin.id)
    expect(said.asked - without.asked).toBe(1)
    const { accessToken: token } = await openSession(app.deps(), ada.userId)
    const own = await app.send('GET', '/api/users/me/export/', { token, ip: freshAddress() })
    expect(own.body['events']).toContainEqual(expect.objectContaining({ text: SAID }))
    const found = await app.send('GET', `/api/admin/audit/?user=${ada.userId}`, {
      token: await tokenFor(app, admin),
      ip: freshAddress(),
    })
    expect(found.body['events']).toContainEqual(expect.objectContaining({ text: SAID, data: null }))
  })

  test('by another service names no other account to its owner', async ({ expect }) => {
    const deps = testDeps()
    const app = startApp()
    const [ada, other] = [await insertUser(app, 'customer'), await insertUser(app, 'customer')]
    for (const data of [{ buyer: other, seller: ada, order: 7 }, {}]) {
      const event = serviceEvent.parse({ name: 'order_paid', user_id: ada, data })
      expect(await recordServiceEvent(deps, 'orders', event)).toBe(true)
    }
    const { events } = await listActivity(deps, ada, { before: undefined, limit: 2 })
    expect(events.map(({ text }) => text)).toEqual([null, { buyer: null, seller: ada, order: 7 }])
  })

  test('an invitation that gives way to a sign-up takes its key and its addresses along', async ({
    expect,
  }) => {
    const app = startApp()
    const account = await invited(app)
    app.advance(7 * DAY)
    const [row] = await sql<{ id: string }>('SELECT id FROM users WHERE email = ?', account.email)
    const userId = row?.id ?? ''
    const text = await sealText(app.deps(), userId, SAID)
    await recordEvent({ ...app.deps(), caller: HERS }, { event: 'user_unlocked', userId, text })
    const { length: after } = await mailsTo(account.email)
    await ask(app, 'signs up', account.email)
    const [mail] = await mailsTo(account.email, { after })
    if (!mail) throw new Error('no mail')
    expect((await app.post('/api/auth/verify-email/', { token: tokenIn(mail) })).status).toBe(200)
    expect(await sql('SELECT 1 FROM users WHERE id = ?', userId)).toEqual([])
    expect(await sql('SELECT 1 FROM audit_keys WHERE user_id = ?', userId)).toEqual([])
    const left = await sql(
      `SELECT ip, user_agent FROM audit_events WHERE user_id = ? AND event = 'user_unlocked'`,
      userId,
    )
    expect(left).toEqual([{ ip: null, user_agent: null }])
  })
})
