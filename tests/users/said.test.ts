import { describe, test } from 'vitest'
import operationsText from '../../docs/operations.md?raw'
import { recordEvent } from '../../src/audit/record'
import { sealText } from '../../src/audit/text'
import type { Deps } from '../../src/context'
import { auditKeys } from '../../src/db/audit-schema'
import { sql } from '../audit/support'
import { openSession } from '../support/accounts'
import { signedIn } from '../support/acts'
import { act, columnOf, hasAdmin, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { faultyApp } from '../support/mail-faults'
import { mailsTo, tokenIn } from '../support/mailbox'
import { startMeter } from '../support/meter'
import { ask, DAY, invited } from './states'

const SAID = { reason: 'Ada asked for it \u{1f4de}' }
const HERS = { ip: '192.0.2.77', country: 'DE', userAgent: 'her browser', requestId: 'req_x' }

/** The statement that docs/operations.md gives for a key that is lost. */
const [statement = ''] = /DELETE FROM audit_keys WHERE [^`]+/.exec(operationsText) ?? []

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
    await sql(statement.replace('usr_…', userId))
    expect((await disable()).status).toBe(204)
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
