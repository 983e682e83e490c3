import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { type Cost, CURRENT_COST } from '../../src/platform/crypto/password-hash'
import { createDeps, type Deps } from '../../src/platform/deps'
import { signedIn } from '../support/acts'
import { acceptInvitation, insertUser, inviteUser } from '../support/admins'
import { type Account, freshAddress, startApp } from '../support/app'
import { nextMail, tokenIn } from '../support/mailbox'
import { confirmReset, NEW_PASSWORD, resetTokenOf, tryLogin } from '../support/recovery'

const costing = (cost: Cost) => (deps: Deps) => ({ ...deps, passwordCost: cost })

/** The cost that the stored hash of an account names: `c=3,i=75000`. */
const storedCost = async ({ email }: Pick<Account, 'email'>) =>
  (
    await env.DB.prepare('SELECT password_hash AS hash FROM users WHERE email = ?')
      .bind(email)
      .first<string>('hash')
  )?.match(/\$(c=\d+,i=\d+),/)?.[1]

test('production pays 3 × 75,000 rounds for a password', ({ expect }) => {
  expect(createDeps(env, () => {}).passwordCost).toBe(CURRENT_COST)
  expect(CURRENT_COST).toEqual({ calls: 3, iterations: 75_000 })
})

test('a hash that cost less is made again by a login with the right password, and by no other', async ({
  expect,
}) => {
  const ada = await startApp(costing({ calls: 3, iterations: 1 })).hasAccount()
  const app = startApp(costing({ calls: 3, iterations: 2 }))
  expect((await tryLogin(app, ada, 'another password of hers')).status).toBe(401)
  expect(await storedCost(ada)).toBe('c=3,i=1')
  expect((await tryLogin(app, ada, ada.password)).status).toBe(200)
  expect(await storedCost(ada)).toBe('c=3,i=2')
  expect((await tryLogin(app, ada, ada.password)).status).toBe(200)
})

test('whatever stores a password pays what the deps say', async ({ expect }) => {
  const app = startApp(costing({ calls: 3, iterations: 7 }))
  const ada = await app.signUp()
  expect(await storedCost(ada)).toBe('c=3,i=7')

  const bob = await signedIn(startApp())
  const change = { old_password: bob.account.password, new_password: NEW_PASSWORD }
  const options = { token: bob.accessToken, ip: freshAddress() }
  expect((await app.post('/api/auth/change-password/', change, options)).status).toBe(204)
  expect(await storedCost(bob.account)).toBe('c=3,i=7')

  const cleo = await startApp().hasAccount()
  expect((await confirmReset(app, await resetTokenOf(app, cleo))).status).toBe(204)
  expect(await storedCost(cleo)).toBe('c=3,i=7')

  const dora = app.newAccount()
  const admin = { id: await insertUser(app, 'admin') }
  expect((await inviteUser(app, admin, { email: dora.email, role: 'customer' })).status).toBe(201)
  const token = tokenIn(await nextMail(dora.email))
  expect((await acceptInvitation(app, token, dora)).status).toBe(200)
  expect(await storedCost(dora)).toBe('c=3,i=7')
})
