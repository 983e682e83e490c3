import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { signInWithTotp, withOldTotp } from '../../support/acts'
import { startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { confirmReset, resetTokenOf, setUser } from '../../support/recovery'
import { rowsOf, userIdOf } from '../../support/rows-of'

/** An account with an app, and something that happens to it right before the next batch, once. */
async function withAppAndAct() {
  let act: (() => Promise<unknown>) | undefined
  const app = startApp(
    beforeBatch(async () => {
      const now = act
      act = undefined
      await now?.()
    }),
  )
  const ada = await withOldTotp(app)
  const userId = await userIdOf(ada.account)
  const used = () =>
    env.DB.prepare(
      'SELECT count(*) AS n FROM backup_codes WHERE user_id = ? AND used_by IS NOT NULL',
    )
      .bind(userId)
      .first<number>('n')
  const [code = ''] = ada.backupCodes
  const sessions = async () => (await rowsOf(userId)).get('sessions')?.length ?? 0
  const changed = () => setUser(ada.account, 'security_epoch = security_epoch + 1')
  const before = (what: () => Promise<unknown>) => void (act = what)
  return { app, ada, code, used, sessions, changed, before }
}

describe('a backup code is not used up', () => {
  test('by a login whose account has changed meanwhile', async ({ expect }) => {
    const { app, ada, code, used, changed, before } = await withAppAndAct()
    const challenge = await app.startLogin(ada.account)
    before(changed)
    const json = { challenge, method: 'backup_code', code }
    expect((await app.post('/api/auth/verify-2fa/', json)).status).toBe(401)
    expect(await used()).toBe(0)
    await signInWithTotp(app, ada, { method: 'backup_code', code })
    expect(await used()).toBe(1)
  })

  test('by a step-up whose account has changed, or whose session has ended', async ({ expect }) => {
    const { app, ada, code, used, changed, before } = await withAppAndAct()
    const token = ada.accessToken
    const { password } = ada.account
    const ended = () =>
      env.DB.prepare('DELETE FROM sessions WHERE id = ?').bind(ada.sessionId).run()
    for (const meanwhile of [changed, ended]) {
      const { challenge } = (await app.post('/api/auth/step-up/', { password }, { token })).body
      before(meanwhile)
      const json = { challenge, method: 'backup_code', code }
      const answer = await app.post('/api/auth/step-up/verify/', json, { token })
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_challenge'])
      expect(await used()).toBe(0)
    }
  })

  test('by a reset whose link has died meanwhile', async ({ expect }) => {
    const { app, ada, code, used, changed, before } = await withAppAndAct()
    const token = await resetTokenOf(app, ada.account)
    before(changed)
    const byBackup = { second_factor: { method: 'backup_code', code } }
    expect((await confirmReset(app, token, byBackup)).body.code).toBe('invalid_token')
    expect(await used()).toBe(0)
    app.advance(61)
    const next = await resetTokenOf(app, ada.account)
    expect((await confirmReset(app, next, byBackup)).status).toBe(204)
    expect(await used()).toBe(1)
  })
})

test('a backup code that another login has used meanwhile opens nothing', async ({ expect }) => {
  const { app, ada, code, used, sessions, before } = await withAppAndAct()
  const finish = (challenge: string) =>
    app.post('/api/auth/verify-2fa/', { challenge, method: 'backup_code', code })
  const first = await app.startLogin(ada.account)
  const other = await app.startLogin(ada.account)
  const count = await sessions()
  const statuses: number[] = []
  before(async () => statuses.push((await finish(other)).status))
  const late = await finish(first)
  expect(statuses).toEqual([200])
  expect([late.status, late.body.code]).toEqual([401, 'invalid_code'])
  expect([await used(), await sessions()]).toEqual([1, count + 1])
})
