import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { runPendingActs } from '../../../src/features/approvals/run-pending-acts'
import { addTotp, type App, signedIn, stepUpByApp, withTotp } from '../../support/acts'
import { notMe, stepUpAnew } from '../../support/addresses'
import { insertUser } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { mailAbout, mailsTo, tokenIn } from '../../support/mailbox'
import { insertAct } from '../../support/pending-acts'
import { confirmReset, resetTokenOf } from '../../support/recovery'

const PATH = '/api/users/backup-codes/'
const disable = (app: App, token: string, json: unknown) =>
  app.post('/api/users/enable-2fa/disable/', json, { token, ip: freshAddress() })

const codesOf = (userId: string) =>
  env.DB.prepare('SELECT count(*) AS n FROM backup_codes WHERE user_id = ?')
    .bind(userId)
    .first<number>('n')

describe('backup codes of an account without an app', () => {
  test('are not made by GET nor POST, which say how to add one and keep the step-up', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId, accessToken: token } = await signedIn(app)
    for (const answer of [
      await app.send('GET', PATH, { token }),
      await app.post(PATH, {}, { token }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([409, 'strong_factor_required'])
      expect(answer.body['detail']).toContain('POST /api/users/enable-2fa/')
    }
    expect(await codesOf(userId)).toBe(0)
    expect(await mailsTo(account.email)).toEqual([])
    expect((await addTotp(app, token)).backupCodes).toHaveLength(10)
  })

  test('are not made where the last app goes at the last moment', async ({ expect }) => {
    const app = startApp()
    const { account, userId, accessToken: token, sessionId } = await withTotp(app)
    await stepUpAnew(app, sessionId)
    const { length: after } = await mailsTo(account.email)
    const goes = () =>
      env.DB.prepare('DELETE FROM totp_authenticators WHERE user_id = ?').bind(userId).run()
    const late = startApp((deps) => ({ ...beforeBatch(goes)(deps), now: app.now }))
    const answer = await late.post(PATH, {}, { token })
    expect([answer.status, answer.body.code]).toEqual([409, 'strong_factor_required'])
    expect(await mailsTo(account.email, { after })).toEqual([])
  })

  test('are no second step, wherever they come from', async ({ expect }) => {
    const app = startApp()
    const { account, userId, accessToken: token, backupCodes } = await withTotp(app)
    await env.DB.prepare('DELETE FROM totp_authenticators WHERE user_id = ?').bind(userId).run()
    const { email: identifier, password } = account
    for (const [begin, end] of [
      ['/api/auth/login/', '/api/auth/verify-2fa/'],
      ['/api/auth/step-up/', '/api/auth/step-up/verify/'],
    ] as const) {
      const isLogin = begin.includes('login')
      const options = isLogin ? {} : { token }
      const opened = await app.post(begin, { password, ...(isLogin && { identifier }) }, options)
      expect([begin, opened.body['methods']]).toEqual([begin, ['email']])
      const { challenge } = opened.body
      const json = { challenge, method: 'backup_code', code: backupCodes[0] }
      expect((await app.post(end, json, options)).body.code).toBe('invalid_challenge')
    }
  })
})

/** Every way by which the last app of an account goes. */
const ways: Record<
  string,
  (app: App, ada: Awaited<ReturnType<typeof withTotp>>) => Promise<unknown>
> = {
  'its owner removes it by its id': async (app, ada) =>
    disable(app, await stepUpByApp(app, ada, ada.accessToken), { id: ada.id }),
  'its owner removes all': async (app, ada) =>
    disable(app, await stepUpByApp(app, ada, ada.accessToken), {}),
  'an admin has them removed': async (app, { userId }) => {
    const admin = await insertUser(app, 'admin')
    await insertAct('remove_factors', userId, { by: admin })
    await runPendingActs(app.deps())
  },
  'its owner says “this was not me”': async (app, { account }) =>
    notMe(app, tokenIn(await mailAbout(account.email, /app was added/))),
  'its owner resets the password by mail': async (app, { account }) =>
    confirmReset(app, await resetTokenOf(app, account)),
}

describe('the backup codes go with the last app', () => {
  test.for(Object.entries(ways))('when %s', async ([, act], { expect }) => {
    const app = startApp()
    const ada = await withTotp(app)
    // Older than the app, so that their own age is not what ends them.
    await env.DB.prepare('UPDATE backup_codes SET created_at = 1 WHERE user_id = ?')
      .bind(ada.userId)
      .run()
    await act(app, ada)
    expect(await codesOf(ada.userId)).toBe(0)
  })
})
