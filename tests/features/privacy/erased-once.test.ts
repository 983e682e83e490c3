import { env } from 'cloudflare:workers'
import { beforeEach, test } from 'vitest'
import { eraseAccounts } from '../../../src/features/privacy/erase-accounts'
import { depsAt, forgetJobs } from '../../crons/support'
import { columnOf, insertUser } from '../../support/admins'
import { startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { waiting } from '../../support/mail-faults'

/** A Monday at seven. */
const NOW = Date.parse('2027-03-08T07:00:00Z')

/** A customer with a second address for notices, who is due to be erased. */
async function hasDue() {
  const second = `second-${crypto.randomUUID()}@example.org`
  const due = `notification_email = '${second}', erasure_due_at = 1`
  return insertUser(startApp(), 'customer', due)
}

beforeEach(forgetJobs)

test('a login while the account is erased leaves nothing in its guard', async ({ expect }) => {
  const id = await hasDue()
  const guard = env.ACCOUNT_GUARD.getByName(id)
  const now = NOW
  const late = beforeBatch(() => guard.recover({ device: 'mine', epoch: 1 }, now))
  expect(await eraseAccounts(depsAt(new Date(NOW), late))).toEqual({ accounts: 1, failed: 0 })
  using reservation = await guard.reservePassword({ device: 'mine', isKnown: false, now })
  expect(reservation.isKnownDevice).toBe(false)
})

test('an account that is kept at the last moment is not said to be erased, in no mail and no event', async ({
  expect,
}) => {
  const id = await hasDue()
  const keep = env.DB.prepare('UPDATE users SET erasure_due_at = NULL WHERE id = ?').bind(id)
  const kept = beforeBatch(() => keep.run())
  await eraseAccounts(depsAt(new Date(NOW), kept))
  expect(await columnOf(id, 'id')).toBe(id)
  expect(await waiting()).toEqual([])
  const erased = env.DB.prepare(
    `SELECT count(*) AS count FROM audit_events WHERE event = 'user_erased' AND user_id = ?`,
  )
  expect(await erased.bind(id).first('count')).toBe(0)
})
