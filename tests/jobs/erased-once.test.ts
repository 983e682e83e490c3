import { env } from 'cloudflare:workers'
import { beforeEach, test } from 'vitest'
import { eraseAccounts } from '../../src/jobs/erase-accounts'
import { columnOf, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { waiting } from '../support/mail-faults'
import { depsAt } from './support'

/** A Monday at seven. */
const NOW = Date.parse('2027-03-08T07:00:00Z')

const exec = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

const isThere = async (sql: string, ...values: unknown[]) =>
  (await exec(`${sql} LIMIT 1`, ...values)).results.length > 0

let people = 0

/** A user of a role with a second address for notices. */
async function hasOwner(role: 'admin' | 'customer' = 'admin') {
  const second = `second${(people += 1)}-${Date.now()}@example.org`
  const id = await insertUser(startApp(), role, `notification_email = '${second}'`)
  return { id, addresses: [String(await columnOf(id, 'email')), second] }
}

beforeEach(() => exec('DELETE FROM waiting_mails'))

test('a login while the account is erased leaves nothing in its guard', async ({ expect }) => {
  const { id } = await hasOwner('customer')
  await exec('UPDATE users SET erasure_due_at = 1 WHERE id = ?', id)
  const guard = env.ACCOUNT_GUARD.getByName(id)
  const now = NOW
  const late = beforeBatch(() => guard.recover({ device: 'mine', epoch: 1 }, now))
  expect(await eraseAccounts(depsAt(new Date(NOW), late))).toEqual({ accounts: 1, failed: 0 })
  using reservation = await guard.reservePassword({ device: 'mine', isKnown: false, now })
  expect(reservation.isKnownDevice).toBe(false)
})

test('an account that is kept at the last moment is not told that it was erased', async ({
  expect,
}) => {
  const { id } = await hasOwner('customer')
  await exec('UPDATE users SET erasure_due_at = 1 WHERE id = ?', id)
  const kept = beforeBatch(() => exec('UPDATE users SET erasure_due_at = NULL WHERE id = ?', id))
  await eraseAccounts(depsAt(new Date(NOW), kept))
  expect(await isThere('SELECT 1 FROM users WHERE id = ?', id)).toBe(true)
  expect(await waiting()).toEqual([])
})
