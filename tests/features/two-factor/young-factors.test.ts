import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import {
  addTotp,
  ageFactors,
  type App,
  codeOf,
  signedIn,
  stepUpByApp,
  withOldTotp,
  withTotp,
} from '../../support/acts'
import {
  askForEmail,
  CHANGED,
  changed,
  CONFIRM,
  confirmEmail,
  notMe,
  stepUpAnew,
} from '../../support/addresses'
import { startApp } from '../../support/app'
import { beforeBatch } from '../../support/attack'
import { mailAbout, mailsNamed, tokenIn } from '../../support/mailbox'
import {
  checkToken,
  confirmReset,
  NEW_PASSWORD,
  resetTokenOf,
  tryLogin,
} from '../../support/recovery'
import { eventsOf, userIdOf } from '../../support/rows-of'

const DAY_SECONDS = 86_400
const ADDED = /^An authenticator app was added/
const MADE = /^New backup codes were made/

const getCodes = (app: App, token: string) => app.send('GET', '/api/users/backup-codes/', { token })

/** The apps of a user, and how many backup codes there are. */
async function factorsOf(userId: string) {
  const [apps, codes] = await env.DB.batch<{ id: string }>([
    env.DB.prepare('SELECT id FROM totp_authenticators WHERE user_id = ?').bind(userId),
    env.DB.prepare('SELECT code_hash AS id FROM backup_codes WHERE user_id = ?').bind(userId),
  ])
  return { apps: apps?.results.map(({ id }) => id), codes: codes?.results.length }
}

const removals = async (email: string) =>
  (await eventsOf(email)).filter(({ event }) => event === 'user_factors_removed')

describe('an app that a copied session has added', () => {
  test('is asked for at the next login; a reset by mail alone takes it away, and says so', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, userId } = await withTotp(app)
    const login = await tryLogin(app, account, account.password)
    expect(login.body['methods']).toEqual(['totp', 'backup_code'])
    const token = await resetTokenOf(app, account)
    expect((await checkToken(app, token)).body).toMatchObject({
      second_factor_required: false,
      methods: [],
    })
    expect((await confirmReset(app, token)).status).toBe(204)
    expect(await factorsOf(userId)).toEqual({ apps: [], codes: 0 })
    expect(await removals(account.email)).toHaveLength(1)
    const [mail] = await mailsNamed(account.email, 'Your password was changed')
    expect(mail?.text).toContain('last three days')
    const started = await tryLogin(app, account, NEW_PASSWORD)
    expect(started.body['methods']).toEqual(['email'])
  })

  test('is asked for by a reset once it is three days old, to the millisecond', async ({
    expect,
  }) => {
    let at = new Date()
    const app = startApp((deps) => ({ ...deps, now: () => at }))
    const { account, accessToken, userId } = await signedIn(app)
    const { id, seed } = await addTotp(app, accessToken)
    at = new Date(at.getTime() + 3 * DAY_SECONDS * 1000 - 1)
    const token = await resetTokenOf(app, account)
    expect((await checkToken(app, token)).body['second_factor_required']).toBe(false)
    at = new Date(at.getTime() + 1)
    expect((await checkToken(app, token)).body['second_factor_required']).toBe(true)
    expect((await confirmReset(app, token)).body.code).toBe('second_factor_required')
    const factor = { method: 'totp', code: codeOf(seed, at) }
    expect((await confirmReset(app, token, { second_factor: factor })).status).toBe(204)
    expect(await factorsOf(userId)).toEqual({ apps: [id], codes: 10 })
  })

  test('beside an older one is no way to reset, nor are codes made with it; both go with the reset', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    let token = await stepUpByApp(app, ada, ada.accessToken)
    const young = await addTotp(app, token)
    app.advance(30)
    token = await stepUpByApp(app, ada, token)
    const [code] = (await getCodes(app, token)).body['backup_codes'] as string[]
    const link = await resetTokenOf(app, ada.account)
    expect((await checkToken(app, link)).body).toMatchObject({
      second_factor_required: true,
      methods: ['totp'],
    })
    for (const factor of [
      { method: 'totp', code: young.codeNow() },
      { method: 'backup_code', code },
    ]) {
      const refused = await confirmReset(app, link, { second_factor: factor })
      expect([factor.method, refused.body.code]).toEqual([factor.method, 'invalid_code'])
    }
    const factor = { method: 'totp', code: ada.codeNow() }
    expect((await confirmReset(app, link, { second_factor: factor })).status).toBe(204)
    expect(await factorsOf(ada.userId)).toEqual({ apps: [ada.id], codes: 0 })
  })

  test('does not go with a reset that fails', async ({ expect }) => {
    const app = startApp()
    const { account, userId } = await withTotp(app)
    const token = await resetTokenOf(app, account)
    expect((await confirmReset(app, token, { password: account.email })).status).toBe(400)
    const changes = () =>
      env.DB.prepare('UPDATE users SET security_epoch = 99 WHERE id = ?').bind(userId).run()
    const late = startApp((deps) => ({ ...beforeBatch(changes)(deps), now: app.now }))
    expect((await confirmReset(late, token)).body.code).toBe('invalid_token')
    expect((await factorsOf(userId)).codes).toBe(10)
    expect(await removals(account.email)).toEqual([])
  })
})

describe('the mail about a factor', () => {
  test('stops an app: its link ends all, removes it with its codes, and a reset needs no factor', async ({
    expect,
  }) => {
    const app = startApp()
    const { account, accessToken, userId } = await signedIn(app)
    const second = app.newAccount().email
    await env.DB.prepare('UPDATE users SET notification_email = ? WHERE id = ?')
      .bind(second, userId)
      .run()
    await addTotp(app, accessToken)
    const link = tokenIn(await mailAbout(account.email, ADDED))
    expect(tokenIn(await mailAbout(second, ADDED))).toBe(link)
    expect((await notMe(app, link)).body).toEqual({ status: 'frozen' })
    expect((await app.send('GET', '/api/users/me/', { token: accessToken })).status).toBe(401)
    expect(await factorsOf(userId)).toEqual({ apps: [], codes: 0 })
    expect(await removals(account.email)).toHaveLength(1)
    expect((await notMe(app, link)).status).toBe(400)
    expect((await confirmReset(app, await resetTokenOf(app, account))).status).toBe(204)
    expect((await tryLogin(app, account, NEW_PASSWORD)).body['methods']).toEqual(['email'])
  })

  test('stops nothing with a link that is used up in that moment', async ({ expect }) => {
    const app = startApp()
    const { account, userId } = await withTotp(app)
    const link = tokenIn(await mailAbout(account.email, ADDED))
    const goes = () =>
      env.DB.prepare('DELETE FROM mailed_tokens WHERE user_id = ?').bind(userId).run()
    const late = startApp((deps) => ({ ...beforeBatch(goes)(deps), now: app.now }))
    expect((await notMe(late, link)).body.code).toBe('invalid_token')
    expect((await factorsOf(userId)).codes).toBe(10)
    expect(await removals(account.email)).toEqual([])
  })

  test('stops backup codes, and leaves the older app, which a reset then asks for', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withOldTotp(app)
    const made = await getCodes(app, await stepUpByApp(app, ada, ada.accessToken))
    expect(made.status).toBe(200)
    expect((await notMe(app, tokenIn(await mailAbout(ada.account.email, MADE)))).status).toBe(200)
    expect(await factorsOf(ada.userId)).toEqual({ apps: [ada.id], codes: 0 })
    const token = await resetTokenOf(app, ada.account)
    expect((await confirmReset(app, token)).body.code).toBe('second_factor_required')
  })

  test('has a link for three days, to the millisecond', async ({ expect }) => {
    let at = new Date()
    const app = startApp((deps) => ({ ...deps, now: () => at }))
    const tokens = []
    for (let count = 0; count < 2; count++) {
      const { account, accessToken } = await signedIn(app)
      await addTotp(app, accessToken)
      tokens.push(tokenIn(await mailAbout(account.email, ADDED)))
    }
    at = new Date(at.getTime() + 3 * DAY_SECONDS * 1000 - 1)
    expect((await notMe(app, tokens[0])).status).toBe(200)
    at = new Date(at.getTime() + 1)
    expect((await notMe(app, tokens[1])).status).toBe(400)
  })
})

describe('“this was not me” about an address', () => {
  test('takes away an app that was added with the change, even days later, and no older one', async ({
    expect,
  }) => {
    for (const [isOld, left] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const app = startApp()
      const owner = await signedIn(app)
      const { account, userId, sessionId } = owner
      await addTotp(app, owner.accessToken)
      if (isOld) await ageFactors(userId)
      await stepUpAnew(app, sessionId)
      const { email } = app.newAccount()
      await askForEmail(app, owner.accessToken, email)
      await confirmEmail(app, tokenIn(await mailAbout(email, CONFIRM)))
      const token = tokenIn(await mailAbout(account.email, CHANGED))
      // The intruder adds another one, whose mail goes to the address of the intruder.
      await stepUpAnew(app, sessionId)
      await addTotp(app, owner.accessToken)
      app.advance(5 * DAY_SECONDS)
      expect((await notMe(app, token)).body).toEqual({ status: 'frozen' })
      expect([isOld, (await factorsOf(userId)).apps?.length]).toEqual([isOld, left])
      const reset = await confirmReset(app, await resetTokenOf(app, account))
      expect([isOld, reset.status]).toEqual([isOld, isOld ? 403 : 204])
    }
  })

  test('outlives the link of an app that an intruder adds afterwards', async ({ expect }) => {
    const app = startApp()
    const owner = await changed(app)
    await stepUpAnew(app, owner.sessionId)
    await addTotp(app, owner.accessToken)
    const theirs = tokenIn(await mailAbout(owner.email, ADDED))
    expect((await notMe(app, theirs)).body).toEqual({ status: 'frozen' })
    expect((await notMe(app, owner.changedToken)).body).toEqual({ status: 'frozen' })
    expect(await userIdOf(owner.account)).toBe(owner.userId)
  })

  test('ends that link, by which the intruder would have the address again', async ({ expect }) => {
    const app = startApp()
    const owner = await changed(app)
    await stepUpAnew(app, owner.sessionId)
    await addTotp(app, owner.accessToken)
    const theirs = tokenIn(await mailAbout(owner.email, ADDED))
    expect((await notMe(app, owner.changedToken)).body).toEqual({ status: 'frozen' })
    expect((await notMe(app, theirs)).body.code).toBe('invalid_token')
    expect(await userIdOf(owner.account)).toBe(owner.userId)
  })
})
