import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { settings } from '../../src/platform/settings'
import { freshAddress } from '../support/app'
import { collectingLog, visible } from '../support/attack'
import { sha1, startBreaches } from './support'

describe('a password known from leaks', () => {
  test('is refused with its reason, and one that is not is taken', async ({ expect }) => {
    const { app, leak, signUp } = startBreaches()
    const ada = app.newAccount()
    await leak(ada.password)
    const refused = await signUp(ada)
    expect([refused.status, refused.body.code]).toEqual([400, 'password_rejected'])
    expect(refused.body['errors']).toEqual([
      {
        pointer: '#/password',
        code: 'breached',
        detail: expect.stringMatching(/leak.*choose another.*wherever you use it/),
      },
    ])
    expect((await signUp(app.newAccount())).status).toBe(202)
  })

  test('seen once is one; the padding, which counts none, is not', async ({ expect }) => {
    const { app, leak, signUp } = startBreaches()
    const [once, never] = [app.newAccount(), app.newAccount()]
    await leak(once.password, 1)
    expect((await signUp(once)).status).toBe(400)
    await leak(never.password, 0)
    expect((await signUp(never)).status).toBe(202)
  })

  test('is looked for as it is hashed, after NFC', async ({ expect }) => {
    const { app, leak, requests, signUp } = startBreaches()
    const composed = `Am\u00e9lie cueille ${app.id} m\u00fbres`
    await leak(composed)
    const { email } = app.newAccount()
    const decomposed = composed.normalize('NFD')
    expect(decomposed).not.toBe(composed)
    expect((await signUp({ email, password: decomposed })).status).toBe(400)
    const { prefix } = await sha1(composed)
    expect((await requests()).map(({ path }) => path.split('/').at(-1))).toEqual([prefix])
  })

  test('is refused in the same words for an address that has an account', async ({ expect }) => {
    const { app, leak, signUp } = startBreaches()
    const ada = await app.hasAccount()
    const eve = app.newAccount()
    await leak(eve.password)
    const unknown = visible(await signUp(eve))
    expect(unknown.status).toBe(400)
    expect(visible(await signUp({ ...eve, email: ada.email }))).toEqual(unknown)
  })
})

describe('what leaves this service', () => {
  test('is five digits of a hash, once, and a wish for padding', async ({ expect }) => {
    const { app, requests, signUp } = startBreaches()
    const ada = app.newAccount()
    expect((await signUp(ada)).status).toBe(202)
    const { prefix, suffix } = await sha1(ada.password)
    const [request, ...more] = await requests()
    expect(more).toEqual([])
    expect(request).toMatchObject({
      method: 'GET',
      path: expect.stringMatching(new RegExp(`^/t[0-9a-f-]{36}/${prefix}$`)),
      headers: { 'add-padding': 'true', 'user-agent': 'phantom-security' },
      body: '',
    })
    const said = JSON.stringify(request)
    for (const secret of [suffix, suffix.slice(0, 8), ada.password, ada.email, ada.username]) {
      expect(said.toLowerCase()).not.toContain(secret.toLowerCase())
    }
  })

  test('is nothing for a password that our own rules refuse', async ({ expect }) => {
    const { app, requests, signUp } = startBreaches()
    const { email } = app.newAccount()
    const merchant = { legal_name: 'Analytical Engines Ltd.', contact_name: 'Grace Hopper' }
    for (const [password, code] of [
      ['short', 'too_short'],
      ['password123password123', 'too_common'],
      ['Analytical Engines 1', 'contextual'],
      ['grace-hopper-grace', 'contextual'],
      [email, 'contextual'],
    ] as const) {
      const answer = await signUp({ email, password, role: 'merchant', merchant })
      expect(answer.body['errors']).toEqual([expect.objectContaining({ code })])
    }
    expect(await requests()).toEqual([])
  })

  test('is nothing at all when no service is named', async ({ expect }) => {
    const { app, requests, signUp } = startBreaches({
      BREACHED_PASSWORDS_URL: '',
      BREACHED_PASSWORDS_FAIL_OPEN: false,
    })
    const log = await collectingLog(async () => {
      expect((await signUp(app.newAccount())).status).toBe(202)
    })
    expect(log).not.toContain('breached')
    expect(await requests()).toEqual([])
  })

  test('is nothing for a login', async ({ expect }) => {
    const { app, requests, leak } = startBreaches()
    const ada = await app.hasAccount()
    await leak(ada.password)
    const before = await requests()
    await app.startLogin(ada, {}, { ip: freshAddress() })
    expect(await requests()).toEqual(before)
  })
})

describe('the settings', () => {
  const accepts = (overrides: object) => {
    try {
      settings({ ...env, ...overrides })
      return true
    } catch (error) {
      if (!String(error).includes(Object.keys(overrides).join())) throw error
      return false
    }
  }

  test.for([
    ['', true],
    ['https://api.pwnedpasswords.com/range', true],
    ['https://ranges.example:8443', true],
    ['http://127.0.0.1:9/range', true],
    ['http://api.pwnedpasswords.com/range', false],
    ['http://127.0.0.1.evil.example/range', false],
    ['http://127.0.0.1:9@evil.example/range', false],
    ['https://user:password@ranges.example/range', false],
    ['https://ranges.example/range/', false],
    ['https://ranges.example/?range=', false],
    ['https://ranges.example/#range', false],
    ['https://', false],
    ['ftp://ranges.example', false],
    ['range', false],
  ] as const)('take TLS, this machine or nothing: %j is %s', ([url, isGood], { expect }) => {
    expect(accepts({ BREACHED_PASSWORDS_URL: url })).toBe(isGood)
  })

  test('say in one of two words what happens without an answer', ({ expect }) => {
    const flags = ['true', 'false', 'yes', '', undefined]
    expect(flags.map((value) => accepts({ BREACHED_PASSWORDS_FAIL_OPEN: value }))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})
