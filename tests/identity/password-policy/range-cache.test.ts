import { afterEach, describe, test, vi } from 'vitest'
import { startBreaches } from '../../features/passwords/support'

afterEach(() => {
  vi.restoreAllMocks()
})

type Breaches = ReturnType<typeof startBreaches>

/**
 * Signs two people up with one password; returns their statuses and how often the service was
 * asked.
 */
async function signUpTwice({ app, requests, signUp }: Breaches, password: string) {
  const statuses = []
  for (const { email } of [app.newAccount(), app.newAccount()]) {
    statuses.push((await signUp({ email, password })).status)
  }
  return { statuses, asked: (await requests()).length }
}

describe('the range of a prefix', () => {
  test('is asked for once', async ({ expect }) => {
    const breaches = startBreaches()
    const { password } = breaches.app.newAccount()
    expect(await signUpTwice(breaches, password)).toEqual({ statuses: [202, 202], asked: 1 })
  })

  test('says the same from the cache', async ({ expect }) => {
    const breaches = startBreaches()
    const { password } = breaches.app.newAccount()
    await breaches.leak(password)
    expect(await signUpTwice(breaches, password)).toEqual({ statuses: [400, 400], asked: 1 })
  })

  test('is kept for a day', async ({ expect }) => {
    const put = vi.spyOn(caches.default, 'put')
    const { app, signUp } = startBreaches()
    await signUp(app.newAccount())
    const response = put.mock.calls[0]?.[1]
    expect(response?.headers.get('Cache-Control')).toBe('public, max-age=86400')
  })

  test('of one service is not taken for that of another', async ({ expect }) => {
    const [first, second] = [startBreaches(), startBreaches()]
    const ada = first.app.newAccount()
    await second.leak(ada.password)
    expect((await first.signUp(ada)).status).toBe(202)
    expect((await second.signUp(ada)).status).toBe(400)
  })

  test('is not kept when it is no range', async ({ expect }) => {
    const { app, leak, plan, signUp } = startBreaches()
    const ada = app.newAccount()
    const put = vi.spyOn(caches.default, 'put')
    await plan({ body: '<html>' })
    expect((await signUp(ada)).status).toBe(202)
    expect(put).not.toHaveBeenCalled()
    await leak(ada.password)
    expect((await signUp(ada)).status).toBe(400)
  })
})

describe('a cache that', () => {
  test.for([
    ['cannot be read', 'match', 'fails', [400, 400]],
    ['does not answer', 'match', 'hangs', [400, 400]],
    ['cannot be written', 'put', 'fails', [400, 400]],
    ['does not finish writing', 'put', 'hangs', [400, 400]],
  ] as const)('%s costs a request, and no check', async ([, method, how, statuses], { expect }) => {
    const spy = vi.spyOn(caches.default, method)
    spy.mockImplementation(() =>
      how === 'hangs' ? new Promise<never>(() => {}) : Promise.reject(new Error('no cache')),
    )
    const breaches = startBreaches({ BREACHED_PASSWORDS_FAIL_OPEN: false })
    const { password } = breaches.app.newAccount()
    await breaches.leak(password)
    expect(await signUpTwice(breaches, password)).toEqual({ statuses, asked: 2 })
    expect(spy).toHaveBeenCalled()
  })

  test('holds rubbish costs a request, and no check', async ({ expect }) => {
    vi.spyOn(caches.default, 'match').mockImplementation(() =>
      Promise.resolve(new Response('rubbish')),
    )
    const breaches = startBreaches()
    const { password } = breaches.app.newAccount()
    await breaches.leak(password)
    expect(await signUpTwice(breaches, password)).toEqual({ statuses: [400, 400], asked: 2 })
  })
})
