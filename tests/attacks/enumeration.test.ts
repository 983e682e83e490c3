import { describe, test } from 'vitest'
import { CURRENT_COST } from '../../src/platform/crypto/password-hash'
import type { App } from '../support/acts'
import { type Account, freshAddress, startApp } from '../support/app'
import { countingHashes, failLogin, visible } from '../support/attack'
import { nextMail, subjectsTo, tokenIn } from '../support/mailbox'
import { startMeter } from '../support/meter'
import { setUser } from '../support/recovery'

const login = (app: App, identifier: string, password: string) =>
  app.post('/api/auth/login/', { identifier, password }, { ip: freshAddress() })

async function unverified(app: App): Promise<Account> {
  const account = app.newAccount()
  await app.post('/api/users/create/', account, { ip: freshAddress() })
  await nextMail(account.email)
  return account
}

describe('enumeration', () => {
  test('E-001, E-009: an unknown name and a wrong password are the same answer, byte for byte', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const refused = await login(app, ada.email, 'not the password')
    // Without the right password there is no challenge to ask about methods.
    expect(Object.keys(refused.body).sort()).toEqual(['code', 'status', 'title', 'type'])
    const wrong = visible(refused)
    expect(visible(await login(app, `nobody${app.id}@example.com`, 'not the password'))).toEqual(
      wrong,
    )
    expect(
      visible(await login(app, `nobody-${app.newAccount().username}`.slice(0, 30), 'x')),
    ).toEqual(wrong)
    expect(wrong.status).toBe(401)
    expect(wrong.headers.filter(([name]) => name === 'set-cookie')).toEqual([])
  })

  test('E-002: an unknown name costs the same work: one hash, as many calls to every store', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp((deps) => ({ ...meter(deps), passwordCost: CURRENT_COST }))
    const ada = await app.hasAccount()
    const work = async (identifier: string) => {
      read()
      const { rounds } = await countingHashes(() => login(app, identifier, 'not the password'))
      const { rowsRead: _, rowsWritten: __, ...calls } = read()
      return { rounds, ...calls }
    }
    const known = await work(ada.email)
    expect(known.rounds).toBe(225_000)
    expect(await work(`nobody${app.id}@example.com`)).toEqual(known)
    const lastKnown = [await failLogin(app, ada.email, 3), await work(ada.email)][1]
    const lastUnknown = [
      await failLogin(app, `nobody${app.id}@example.com`, 3),
      await work(`nobody${app.id}@example.com`),
    ][1]
    // The fifth locks: a mail to the owner of one, a decoy for the other; KV once for each name.
    expect(lastUnknown).toEqual({ ...(lastKnown as object), kvWrites: 1 })
  })

  test('E-003: a locked account gives the same answer to a right password as to a wrong one', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    await failLogin(app, ada.email, 5)
    const right = await login(app, ada.email, ada.password)
    const wrong = await login(app, ada.email, 'not the password')
    expect(right.status).toBe(429)
    expect(right.text).toBe(wrong.text)
    expect((await nextMail(ada.email)).subject).toMatch(/locked|paused|tries/i)
  })

  test('E-004: a disabled account shows nothing before the right password, an unconfirmed sign-up nothing ever', async ({
    expect,
  }) => {
    const app = startApp()
    const pending = await unverified(app)
    const disabled = await app.hasAccount()
    await setUser(disabled, "status = 'disabled'")
    const unknown = visible(await login(app, `nobody${app.id}@example.com`, 'wrong'))
    expect(visible(await login(app, pending.email, 'wrong'))).toEqual(unknown)
    expect(visible(await login(app, disabled.email, 'wrong'))).toEqual(unknown)
    app.advance(61)
    expect(visible(await login(app, pending.email, pending.password))).toEqual(unknown)
    // The mailbox is told how to go on.
    const again = await nextMail(pending.email)
    const verified = await app.post('/api/auth/verify-email/', { token: tokenIn(again) })
    expect(verified.status).toBe(200)
    expect((await login(app, pending.email, pending.password)).status).toBe(200)
    const invited = await app.hasAccount()
    await setUser(invited, "status = 'pending'")
    expect(visible(await login(app, invited.email, invited.password))).toEqual(unknown)
    const told = await login(app, disabled.email, disabled.password)
    expect([told.status, told.body.code]).toEqual([403, 'account_disabled'])
  })

  test('E-005: signing up an address that exists says what a new one says, and changes nothing', async ({
    expect,
  }) => {
    const app = startApp()
    const signUp = (email: string) =>
      app.post(
        '/api/users/create/',
        { email, password: 'another long passphrase here' },
        { ip: freshAddress() },
      )
    const fresh = visible(await signUp(app.newAccount().email))
    const active = await app.hasAccount()
    const disabled = await app.hasAccount()
    await setUser(disabled, "status = 'disabled'")
    const pending = await unverified(app)
    app.advance(61)
    const subjects = []
    for (const { email } of [active, disabled, pending]) {
      expect(visible(await signUp(email))).toEqual(fresh)
      const mail = await nextMail(email)
      subjects.push(mail.subject)
    }
    expect(subjects).toEqual([
      'You already have an account',
      'Your account is disabled',
      'Confirm your e-mail address',
    ])
    expect((await login(app, active.email, active.password)).status).toBe(200)
    expect((await login(app, disabled.email, disabled.password)).body.code).toBe('account_disabled')
  })

  test('E-005: a new address and one that exists cost the same work', async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp((deps) => ({ ...meter(deps), passwordCost: CURRENT_COST }))
    const ada = await app.hasAccount()
    const work = async (email: string) => {
      read()
      const { rounds } = await countingHashes(() =>
        app.post('/api/users/create/', { email, password: ada.password }, { ip: freshAddress() }),
      )
      const { rowsRead: _, rowsWritten: __, ...calls } = read()
      return { rounds, ...calls }
    }
    const known = await work(ada.email)
    expect(known.rounds).toBe(225_000)
    const { email } = app.newAccount()
    expect(await work(email)).toEqual(known)
    // Of one that was never confirmed, with a link that stays and with one that is replaced.
    expect(await work(email)).toEqual(known)
    app.advance(61)
    expect(await work(email)).toEqual(known)
  })

  test('E-007: asking for the link again says the same and costs the same work for every address, and writes nothing past the limit', async ({
    expect,
  }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const active = await app.hasAccount()
    const pending = await unverified(app)
    app.advance(61)
    // Each address is asked for from a network of its own.
    const networks = new Map<string, string>()
    const work = async (email: string) => {
      const ip = networks.get(email) ?? freshAddress()
      networks.set(email, ip)
      read()
      const answer = visible(await app.post('/api/auth/verify-email/resend/', { email }, { ip }))
      const { rowsRead: _, ...rest } = read()
      return { answer, ...rest }
    }
    const nobody = `nobody${app.id}@example.com`
    const first = []
    for (const email of [nobody, active.email, pending.email]) first.push(await work(email))
    const [unknown] = first
    expect(unknown?.answer.status).toBe(202)
    expect(unknown).toMatchObject({ d1RoundTrips: 2, objectCalls: 2, queueSends: 1 })
    expect(unknown?.rowsWritten).toBeGreaterThan(0)
    expect(first[1]).toEqual(unknown)
    const { rowsWritten: _, answer: __, ...calls } = unknown ?? {}
    expect(first[2]).toMatchObject(calls)
    const again = []
    for (const email of [nobody, active.email, pending.email]) again.push(await work(email))
    expect(again[0]).toMatchObject({ ...calls, answer: { status: 202 }, rowsWritten: 0 })
    for (const other of again) expect(other).toEqual(again[0])
    expect(await subjectsTo(active.email)).toEqual(['You already have an account'])
  })

  test('E-008: a random token, a used one, an expired one and one of another kind are one error', async ({
    expect,
  }) => {
    const app = startApp()
    const verify = (token: string) =>
      app.post('/api/auth/verify-email/', { token }, { ip: freshAddress() })
    const random = visible(await verify('A'.repeat(43)))
    expect([random.status, random.text]).toEqual([400, expect.stringContaining('invalid_token')])
    const account = app.newAccount()
    await app.post('/api/users/create/', account)
    const mail = await nextMail(account.email)
    const token = /#token=([\w-]+)/.exec(mail.text)?.[1] ?? ''
    app.advance(86_400)
    expect(visible(await verify(token))).toEqual(random)
    const challenge = await app.startLogin(await app.hasAccount())
    expect(visible(await verify(challenge))).toEqual(random)
  })

  test('a taken username is told to whoever confirms the address, not to whoever signs up', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const eve = { ...app.newAccount(), username: ada.username.toUpperCase() }
    const fresh = visible(
      await app.post('/api/users/create/', app.newAccount(), { ip: freshAddress() }),
    )
    expect(visible(await app.post('/api/users/create/', eve, { ip: freshAddress() }))).toEqual(
      fresh,
    )
    const mail = await nextMail(eve.email)
    expect(mail.text).not.toContain(eve.username)
    const verified = await app.post('/api/auth/verify-email/', { token: tokenIn(mail) })
    expect(verified.body).toEqual({ status: 'verified', username_taken: true })
    expect((await nextMail(eve.email)).text).toContain(eve.username)
    expect((await login(app, ada.username, ada.password)).status).toBe(200)
    expect((await login(app, eve.username, eve.password)).status).toBe(401)
  })
})
