import { eraseAccounts } from '../../src/jobs/erase-accounts'
import { recordEvent } from '../../src/platform/audit/record'
import { sealText } from '../../src/platform/audit/text'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { jobDeps, sql } from './support'

export const SAID = { reason: 'Ada asked for it \u{1f4de}' }
export const HERS = {
  ip: '192.0.2.77',
  country: 'DE',
  userAgent: 'her browser',
  requestId: 'req_x',
}

/** Two texts of an admin: of a user, and of nobody in particular, which is the admin's own. */
export async function twoTexts() {
  const app = startApp()
  const log = jobDeps()
  const [admin, other] = [await insertUser(app, 'admin'), await insertUser(app, 'customer')]
  const asAdmin = { ...log.deps, caller: HERS }
  const text = await sealText(log.deps, other, SAID)
  await recordEvent(asAdmin, { event: 'user_disabled', userId: other, actor: admin, text })
  const own = await sealText(log.deps, admin, { reason: 'all of them' })
  await recordEvent(asAdmin, { event: 'sessions_ended', actor: admin, text: own })
  return { ...log, admin, other }
}
export type Log = Awaited<ReturnType<typeof twoTexts>>

export async function erase({ deps }: Pick<Log, 'deps'>, id: string) {
  await sql(`UPDATE users SET role = 'customer', erasure_due_at = 1 WHERE id = ?`, id)
  const { accounts } = await eraseAccounts(deps)
  if (accounts !== 1) throw new Error('not erased')
}
