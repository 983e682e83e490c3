import { describe, test } from 'vitest'
import { type App, SAME_ORIGIN, signedIn } from '../support/acts'
import { type Account, freshAddress, startApp } from '../support/app'
import { failLogin } from '../support/attack'
import { confirmReset, NEW_PASSWORD, resetTokenOf } from '../support/recovery'

type Cookie = string | undefined

const enter = async (app: App, { email, password }: Account, cookie: Cookie) => {
  const json = { identifier: email, password }
  return (await app.post('/api/auth/login/', json, { ip: freshAddress(), cookie })).status
}

/** Signs in on our own pages, in a browser that keeps the cookie it is given. */
const signIn = async (app: App, account: Account, cookie: Cookie): Promise<Cookie> => {
  const options = { ...SAME_ORIGIN, ip: freshAddress(), cookie }
  return (await app.signIn(account, { transport: 'cookie' }, options)).deviceCookie
}

const lockAll = async (app: App, accounts: readonly Account[]) => {
  for (const { email } of accounts) await failLogin(app, email, 5)
}

describe('one browser and several accounts', () => {
  test('E-023: it stays known to the first when the second signs in, whom strangers lock', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const bob = await app.hasAccount()
    const browser = await signIn(app, bob, await signIn(app, ada, undefined))
    await lockAll(app, [ada, bob])
    expect(await enter(app, ada, browser)).toBe(200)
    expect(await enter(app, bob, browser)).toBe(200)
    expect(await enter(app, ada, undefined)).toBe(429)
  })

  test('E-023: it stays known to the first when the second is recovered in it', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await signedIn(app, 'cookie')
    const bob = await app.hasAccount()
    const token = await resetTokenOf(app, bob)
    const done = await confirmReset(app, token, {}, ada.deviceCookie)
    const browser = done.headers.getSetCookie()[0]?.split(';')[0]
    await lockAll(app, [ada.account, bob])
    expect(await enter(app, ada.account, browser)).toBe(200)
    expect(await enter(app, { ...bob, password: NEW_PASSWORD }, browser)).toBe(200)
  })

  test('E-024: who copied its cookie before an owner signed in is a stranger to that owner', async ({
    expect,
  }) => {
    const app = startApp()
    const { deviceCookie: copy } = await signedIn(app, 'cookie')
    const ada = await app.hasAccount()
    const browser = await signIn(app, ada, copy)
    await lockAll(app, [ada])
    expect(await enter(app, ada, copy)).toBe(429)
    expect(await enter(app, ada, browser)).toBe(200)
  })
})
