import { describe, test } from 'vitest'
import { CURRENT_COST } from '../../src/platform/crypto/password-hash'
import type { Deps } from '../../src/platform/deps'
import { freshAddress, startApp } from '../support/app'
import { isDeep } from '../support/many'
import { mannWhitney, median } from '../support/statistics'

type App = ReturnType<typeof startApp>

/**
 * Takes what is sent, as the platform's queue does. That of other tests renders each mail but
 * decoys.
 */
const unread: Deps['mailQueue'] = {
  metrics: () => Promise.resolve({ backlogCount: 0, backlogBytes: 0 }),
  send: () => Promise.resolve(SENT),
  sendBatch: () => Promise.resolve(SENT),
}
const SENT = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }
type Ask = (email: string) => Promise<unknown>

/** Twenty are as few as the statistics allow, and tell a hash that is skipped. */
const PAIRS = isDeep ? 40 : 20
/**
 * So unlikely by chance, three times in a row, that a machine under load does not fail the test.
 */
const LIKELY = 0.001
const ROUNDS = 3

/** Times two kinds of request in turn, so that whatever slows the machine down slows both. */
async function timesOf(first: () => Promise<unknown>, second: () => Promise<unknown>) {
  const samples: [number[], number[]] = [[], []]
  const timed = async (into: number[], ask: () => Promise<unknown>) => {
    const start = performance.now()
    await ask()
    into.push(performance.now() - start)
  }
  for (let pair = 0; pair < PAIRS; pair++) {
    const isSwapped = pair % 2 === 1
    if (isSwapped) await timed(samples[1], second)
    await timed(samples[0], first)
    if (!isSwapped) await timed(samples[1], second)
  }
  return samples
}

/** Why the times tell a known address from an unknown one; `undefined` when they do not. */
async function leak(known: () => Promise<unknown>, unknown: () => Promise<unknown>) {
  const verdicts = []
  for (let round = 0; round < ROUNDS; round++) {
    const [a, b] = await timesOf(known, unknown)
    const p = mannWhitney(a, b)
    if (p > LIKELY) return undefined
    verdicts.push({ p, known: median(a), unknown: median(b) })
  }
  return verdicts
}

const asks: Record<string, (app: App) => Ask> = {
  login: (app) => (identifier) =>
    app.post(
      '/api/auth/login/',
      { identifier, password: `wrong ${crypto.randomUUID()}` },
      { ip: freshAddress() },
    ),
  'reset-password': (app) => (email) =>
    app.post('/api/auth/reset-password/', { email }, { ip: freshAddress() }),
  'verify-email/resend': (app) => (email) =>
    app.post('/api/auth/verify-email/resend/', { email }, { ip: freshAddress() }),
}

// Advisory rows 38 (enumeration by time) and catalogue E-006: words alone do not keep a secret.
describe('time tells nothing about an account', () => {
  test('the statistics tell apart what differs, and not what does not', ({ expect }) => {
    const base = Array.from({ length: PAIRS }, (_, index) => 10 + ((index * 7) % 11))
    expect(mannWhitney(base, base)).toBeGreaterThan(0.9)
    const later = base.map((value) => value + 6)
    expect(mannWhitney(base, later)).toBeLessThan(LIKELY)
    expect(mannWhitney(later, base)).toBeCloseTo(mannWhitney(base, later))
    // By hand: U = 2, mean 12.5, variance 22.92, z = 2.089.
    expect(mannWhitney([1, 2, 3, 4, 7], [5, 6, 8, 9, 10])).toBeCloseTo(0.0367, 3)
  })

  test.for(Object.keys(asks))(
    'row 38 (AA 65.3.0): %s',
    { timeout: 240_000 },
    async (name, { expect }) => {
      const app = startApp((deps) => ({ ...deps, passwordCost: CURRENT_COST, mailQueue: unread }))
      const known =
        name === 'verify-email/resend' ? await hasPending(app) : (await app.hasAccount()).email
      const unknown = `nobody-${app.id}@example.com`
      const ask = asks[name]?.(app)
      if (!ask) throw new Error(name)
      const timed = (email: string) => async () => {
        // Past every count of the minute and the hour: what is timed is the full path.
        app.advance(1801)
        await ask(email)
      }
      await timed(known)()
      await timed(unknown)()
      expect(await leak(timed(known), timed(unknown))).toBeUndefined()
    },
  )
})

async function hasPending(app: App): Promise<string> {
  const account = app.newAccount()
  await app.post('/api/users/create/', account, { ip: freshAddress() })
  return account.email
}
