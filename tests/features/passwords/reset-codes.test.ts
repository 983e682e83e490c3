import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { type App, withOldTotp, wrongCodes } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { mailsNamed, mailsTo } from '../../support/mailbox'
import { askReset, confirmReset, resetTokenOf } from '../../support/recovery'
import { eventsOf, userIdOf } from '../../support/rows-of'

const byApp = (app: App, token: string, code: string) =>
  confirmReset(app, token, { second_factor: { method: 'totp', code } })

/**
 * Wrong codes, right now, as many as `times`, each of a challenge of its own; by a link or by
 * logins.
 */
async function failCodes(userId: string, times: number, nowMs: number, isByLink: boolean) {
  const guard = env.ACCOUNT_GUARD.getByName(userId)
  for (let count = 1; count <= times; count++) {
    // An hour apart, so that no hourly limit is met.
    const now = nowMs - (times + 1 - count) * 3_600_000
    const challenge = { id: `${isByLink}${count}`, sentAt: now, expiresAt: now + 300_000 }
    const request = { challenge, method: 'totp' as const, device: null, isByLink, now }
    using place = await guard.reserveCode(request)
    await place.attempt?.fail()
  }
}

describe('codes given to reset links', () => {
  test('may be wrong 25 times an hour by five links from one network, and the 25th may still be right', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    const ip = freshAddress()
    const began = app.now().getTime()
    for (let link = 1; link <= 5; link++) {
      const token = await resetTokenOf(app, ada.account, ip)
      const wrong = wrongCodes(ada.codeNow(), 5)
      for (const code of wrong.slice(0, 4)) {
        expect((await byApp(app, token, code)).body.code).toBe('invalid_code')
      }
      if (link < 5) expect((await byApp(app, token, wrong[4] ?? '')).body.code).toBe('invalid_code')
      else expect((await byApp(app, token, ada.codeNow())).status).toBe(204)
      app.advance(61)
    }
    const { length: after } = await mailsTo(ada.account.email)
    app.advance((began - app.now().getTime()) / 1000 + 3590)
    await askReset(app, ada.account.email, ip)
    const late = await mailsTo(ada.account.email, { after })
    expect(late.filter(({ text }) => text.includes('/reset-password#'))).toEqual([])
    app.advance(11)
    await resetTokenOf(app, ada.account, ip)
  })

  test('are not used up by whoever knows the password, nor stopped by a hundred wrong ones at logins', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    await failCodes(await userIdOf(ada.account), 100, app.now().getTime(), false)
    const challenge = await app.startLogin(ada.account)
    const login = { challenge, method: 'totp', code: ada.codeNow() }
    const stopped = await app.post('/api/auth/verify-2fa/', login)
    expect(stopped.body.code).toBe('authenticator_stopped')
    const token = await resetTokenOf(app, ada.account)
    expect((await byApp(app, token, ada.codeNow())).status).toBe(204)
  })

  test('stop at a hundred in a row, not at 99; a backup code recovers, and the app works again', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    await failCodes(await userIdOf(ada.account), 99, app.now().getTime(), true)
    const token = await resetTokenOf(app, ada.account)
    const [wrong = ''] = wrongCodes(ada.codeNow(), 1)
    expect((await byApp(app, token, wrong)).body.code).toBe('invalid_code')
    expect((await byApp(app, token, ada.codeNow())).body.code).toBe('authenticator_stopped')
    await mailsNamed(ada.account.email, 'One way to sign in is switched off')
    const events = (await eventsOf(ada.account.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'authn_stopped')).toHaveLength(1)
    const byBackup = { second_factor: { method: 'backup_code', code: ada.backupCodes[0] } }
    expect((await confirmReset(app, token, byBackup)).status).toBe(204)
    app.advance(61)
    const next = await resetTokenOf(app, ada.account)
    expect((await byApp(app, next, ada.codeNow())).status).toBe(204)
  })
})
