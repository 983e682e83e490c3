import { env } from 'cloudflare:workers'
import { beforeEach, test } from 'vitest'
import { eraseAccounts } from '../../src/jobs/erase-accounts'
import { insertUser } from '../support/admins'
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

/** A customer with a second address for notices, who is due to be erased. */
async function hasDue() {
  const second = `second-${crypto.randomUUID()}@example.org`
  const due = `notification_email = '${second}', erasure_due_at = 1`
  return insertUser(startApp(), 'customer', due)
}

beforeEach(() => exec('DELETE FROM waiting_mails'))

test('a login while the account is erased leaves nothing in its guard', async ({ expect }) => {
  const id = await hasDue()
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
  const id = await hasDue()
  const kept = beforeBatch(() => exec('UPDATE users SET erasure_due_at = NULL WHERE id = ?', id))
  await eraseAccounts(depsAt(new Date(NOW), kept))
  expect(await isThere('SELECT 1 FROM users WHERE id = ?', id)).toBe(true)
  expect(await waiting()).toEqual([])
})
