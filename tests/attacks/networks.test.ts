import { describe, test } from 'vitest'
import { freshAddress, startApp } from '../support/app'
import { type App, signedIn } from '../support/acts'
import { visible } from '../support/attack'

/** Addresses of as many /64 of one IPv6 /48 that no other test has used. */
function networksOfOneSite(count: number): string[] {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint16Array(2))
  return Array.from(
    { length: count },
    (_, index) => `2001:${a.toString(16)}:${b.toString(16)}:${index.toString(16)}::1`,
  )
}

const signUp = (app: App, ip: string) => app.post('/api/users/create/', app.newAccount(), { ip })

const enter = (app: App, identifier: string, password: string, ip: string, cookie?: string) =>
  app.post('/api/auth/login/', { identifier, password }, { ip, cookie })

const sprayed = (app: App) => `spring in the year ${app.id}`
const spray = (app: App, name: string, ip: string, cookie?: string) =>
  enter(app, name, sprayed(app), ip, cookie)

/** Has one password tried on thirty names, from as many networks. */
const hasSpray = (app: App) =>
  Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      spray(app, `nobody${index}${app.id}@example.com`, freshAddress()),
    ),
  )

const codes = (answers: readonly { status: number; body: { code?: string } }[]) => {
  const counted = Map.groupBy(answers, ({ status, body }) => body.code ?? String(status))
  return Object.fromEntries([...counted].map(([code, list]) => [code, list.length]))
}

describe('an IPv6 /48', () => {
  test('E-021: may sign up twice as often as one /64, from sixty of them', async ({ expect }) => {
    const app = startApp()
    const answers = []
    for (const ip of networksOfOneSite(60)) answers.push(await signUp(app, ip))
    expect(codes(answers)).toEqual({ 202: 20, too_many_requests: 40 })
    const refused = answers.at(-1)
    expect(Number(refused?.headers.get('Retry-After'))).toBeGreaterThan(3500)
    expect(refused?.headers.get('RateLimit')).toMatch(/^"sign_up-3600s";r=0;t=\d+$/)
    const [neighbour = ''] = networksOfOneSite(1)
    expect((await signUp(app, neighbour)).status).toBe(202)
  })

  test('E-021: is told what the stricter quota leaves', async ({ expect }) => {
    const app = startApp()
    const networks = networksOfOneSite(20)
    const left = []
    for (const ip of networks) {
      left.push(/r=(\d+)/.exec((await signUp(app, ip)).headers.get('RateLimit') ?? '')?.[1])
    }
    // Nine of the /64 are left until the /48 has fewer.
    expect(left.slice(9)).toEqual(['9', '9', '8', '7', '6', '5', '4', '3', '2', '1', '0'])
  })

  test('E-022: that sprays one password from sixty /64 is out at the thirtieth try', async ({
    expect,
  }) => {
    const app = startApp()
    const networks = networksOfOneSite(60)
    const answers = []
    for (const [index, ip] of networks.entries()) {
      answers.push(await spray(app, `nobody${index}${app.id}@example.com`, ip))
    }
    expect(codes(answers)).toEqual({ invalid_credentials: 30, too_many_requests: 30 })
  })
})

describe('the network of one wrong try with a sprayed password', () => {
  test('E-022: lets in the browsers that the account knows, and nobody else for an hour', async ({
    expect,
  }) => {
    const app = startApp()
    const [ada, eve] = [await signedIn(app), await signedIn(app)]
    const { email, password } = ada.account
    const nat = freshAddress()
    await hasSpray(app)
    expect((await spray(app, `one${app.id}@example.com`, nat)).status).toBe(401)

    const own = await enter(app, email, password, nat, ada.deviceCookie)
    expect(own.status).toBe(200)
    const strangers = [
      await enter(app, email, password, nat),
      // A known browser of another account, and one that only says so.
      await enter(app, email, password, nat, eve.deviceCookie),
      await enter(app, email, password, nat, ada.deviceCookie.replace(/.$/, '-')),
      await enter(app, `nobody${app.id}@example.com`, password, nat),
      await enter(app, `nobody${app.id}@example.com`, password, nat, ada.deviceCookie),
    ]
    const seen = strangers.map((answer) => JSON.stringify(visible(answer)))
    expect(new Set(seen).size).toBe(1)
    expect(strangers[0]?.body.code).toBe('too_many_requests')
    expect(Number(strangers[0]?.headers.get('Retry-After'))).toBeGreaterThan(3500)
    expect(
      (await enter(app, eve.account.email, eve.account.password, nat, eve.deviceCookie)).status,
    ).toBe(200)
    app.advance(3599)
    expect((await enter(app, email, password, nat)).status).toBe(429)
    app.advance(2)
    expect((await enter(app, email, password, nat)).status).toBe(200)
  })

  test('E-022: keeps the flood limit for its known browsers too', async ({ expect }) => {
    const app = startApp()
    const { account, deviceCookie } = await signedIn(app)
    const nat = freshAddress()
    const answers = []
    for (let index = 0; index < 30; index += 1) {
      answers.push(await enter(app, `n${index}${app.id}@example.com`, `wrong ${index}`, nat))
    }
    expect(codes(answers)).toEqual({ invalid_credentials: 30 })
    const own = await enter(app, account.email, account.password, nat, deviceCookie)
    expect(own.body.code).toBe('too_many_requests')
  })

  test('E-022: gives a locked name the answer of every other name', async ({ expect }) => {
    const app = startApp()
    const { email, password } = await app.hasAccount()
    const nat = freshAddress()
    await hasSpray(app)
    for (let count = 0; count < 5; count += 1) await enter(app, email, 'wrong', freshAddress())
    await spray(app, `one${app.id}@example.com`, nat)
    const locked = await enter(app, email, password, nat)
    const unknown = await enter(app, `nobody${app.id}@example.com`, password, nat)
    expect(visible(locked)).toEqual(visible(unknown))
    expect(locked.body.code).toBe('too_many_requests')
  })
})
