import { afterEach, describe, test } from 'vitest'
import { archiveEvents } from '../../../src/audit/archive'
import { searchEvents } from '../../../src/audit/search'
import { SEGMENT_SIZE } from '../../../src/audit/segment'
import { eraseAccounts } from '../../../src/jobs/erase-accounts'
import { purgeUnconfirmed } from '../../../src/jobs/purge-unconfirmed'
import { recordEvent } from '../../../src/platform/audit/record'
import {
  emptyLog,
  jobDeps,
  oldLog,
  RETENTION_MS,
  sealAll,
  sql,
  writeEvents,
} from '../../audit/support'
import { insertUser } from '../../support/admins'
import { startApp } from '../../support/app'

afterEach(emptyLog)

const HERS = { ip: '192.0.2.77', country: 'DE', userAgent: 'her browser', requestId: 'req_x' }
const addressesOf = (event: string) =>
  sql<{ ip: string | null; user_agent: string | null; salt: string | null }>(
    'SELECT ip, user_agent, salt FROM audit_events WHERE event = ?',
    event,
  )
const ERASED = { ip: null, user_agent: null, salt: null }

describe('an event tells of the browser of whoever acted', () => {
  async function actOnAnother() {
    const app = startApp()
    const log = jobDeps()
    const [admin, other] = [await insertUser(app, 'admin'), await insertUser(app, 'customer')]
    const asAdmin = { ...log.deps, caller: HERS }
    await recordEvent(asAdmin, { event: 'user_disabled', userId: other, actor: admin })
    await recordEvent(asAdmin, { event: 'sessions_ended', actor: admin })
    const ofNobody = { ...log.deps, caller: { ...HERS, ip: '192.0.2.78' } }
    await recordEvent(ofNobody, { event: 'authn_login_fail', userId: other })
    return { ...log, admin, other }
  }
  const erase = async (id: string, deps: ReturnType<typeof jobDeps>['deps']) => {
    await sql(`UPDATE users SET role = 'customer', erasure_due_at = 1 WHERE id = ?`, id)
    expect1(await eraseAccounts(deps))
  }
  const expect1 = ({ accounts }: Record<string, number>) => {
    if (accounts !== 1) throw new Error('not erased')
  }

  test('and goes with an admin, wherever the act was, not with whom it was on', async ({
    expect,
  }) => {
    const { deps, admin, other } = await actOnAnother()
    await erase(other, deps)
    expect(await addressesOf('authn_login_fail')).toEqual([ERASED])
    expect(await addressesOf('user_disabled')).toMatchObject([{ ip: HERS.ip }])
    await erase(admin, deps)
    expect(await addressesOf('user_disabled')).toEqual([ERASED])
    expect(await addressesOf('sessions_ended')).toEqual([ERASED])
  })

  test('in the archive too', async ({ expect }) => {
    const { deps, advance, admin, other } = await actOnAnother()
    await writeEvents(deps, SEGMENT_SIZE)
    await sealAll(deps)
    advance(RETENTION_MS + 60_000)
    expect(await archiveEvents(deps)).toMatchObject({ segments: 1 })
    const ofDisabling = async () => {
      const wanted = { filter: { event: 'user_disabled' as const }, before: 100, limit: 5 }
      return (await searchEvents(deps, wanted)).lines.map(({ personal }) => personal?.ip ?? null)
    }
    await erase(other, deps)
    expect(await ofDisabling()).toEqual([HERS.ip])
    await erase(admin, deps)
    expect(await ofDisabling()).toEqual([null])
    expect(await sql('SELECT * FROM audit_keys')).toEqual([])
  })
})

test('an account that nobody confirmed leaves no address and no key', async ({ expect }) => {
  const app = startApp()
  const { deps } = jobDeps()
  const userId = await insertUser(app, 'customer', `status = 'pending', created_at = 0`)
  await writeEvents({ ...deps, caller: HERS }, 2, userId)
  // Who invited it keeps what is of the admin.
  const byAdmin = { event: 'user_invited', userId, actor: 'usr_of_an_admin' } as const
  await recordEvent({ ...deps, caller: HERS }, byAdmin)
  await sql(`INSERT INTO audit_keys VALUES (?, 'sealed')`, userId)
  expect(await purgeUnconfirmed(deps)).toMatchObject({ accounts: 1 })
  expect(await addressesOf('authn_login_fail')).toEqual([ERASED, ERASED])
  expect(await addressesOf('user_invited')).toMatchObject([{ ip: HERS.ip }])
  expect(await sql('SELECT * FROM audit_keys WHERE user_id = ?', userId)).toEqual([])
})

test('a key that does not open hides its own events’ addresses and no other event, and stops the archiver', async ({
  expect,
}) => {
  const { deps, userId } = await oldLog()
  await archiveEvents(deps)
  const [key] = await sql<{ sealed_key: string }>('SELECT sealed_key FROM audit_keys')
  await sql(`UPDATE audit_keys SET sealed_key = 'x.y' WHERE user_id = ?`, userId)
  const { lines } = await searchEvents(deps, { filter: {}, before: 2050, limit: 3 })
  expect(lines.map(({ entry, personal }) => [entry.id, personal?.ip])).toEqual([
    [2049, '192.0.2.7'],
    [2048, undefined],
    [2047, undefined],
  ])
  // Another user's key opens nothing of it either.
  await sql('UPDATE audit_keys SET sealed_key = ?', key?.sealed_key)
  await writeEvents({ ...deps, caller: HERS }, SEGMENT_SIZE, userId)
  await sealAll(deps)
  await sql(`UPDATE audit_keys SET sealed_key = 'x.y' WHERE user_id = ?`, userId)
  const later = { ...deps, now: () => new Date(deps.now().getTime() + RETENTION_MS + 60_000) }
  await expect(archiveEvents(later)).rejects.toThrow('does not open')
})
