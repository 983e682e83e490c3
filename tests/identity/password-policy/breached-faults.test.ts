import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { OTHER, sha1, startBreaches } from '../../features/passwords/support'
import { collectingLog } from '../../support/attack'
import type { RangePlan } from '../../support/breach-stub'

const MAX_BYTES = 256 * 1024
/** A service that hangs has so long, and any other what it has in production. */
const LESS = { rangeList: 400 }
const NO_ANSWER = 'no answer in 400 ms'
const lessFor = (reason: string) => (reason === NO_ANSWER ? LESS : {})
/** What a sign-up may take when the service hangs: its 400 ms, and room for a busy machine. */
const MAX_MS = 2_400

// The leaked password is in each body that has one: only its fault keeps it from being found.
const faults: [what: string, reason: string, plan: (suffix: string) => Partial<RangePlan>][] = [
  ['does not answer', NO_ANSWER, () => ({ act: 'hang' })],
  ['stops in the middle', NO_ANSWER, (suffix) => ({ act: 'stall', body: `${suffix}:7` })],
  ['has an error', 'status 500', (suffix) => ({ status: 500, body: `${suffix}:7` })],
  ['refuses us', 'status 429', (suffix) => ({ status: 429, body: `${suffix}:7` })],
  ['has another success', 'status 203', (suffix) => ({ status: 203, body: `${suffix}:7` })],
  [
    'sends us elsewhere',
    'status 302',
    () => ({ status: 302, headers: { location: '/else/ABCDE' } }),
  ],
  ['answers with a page', 'not a range', () => ({ body: '<html><p>hello</p></html>' })],
  ['answers with nothing', 'not a range', () => ({ body: '' })],
  [
    'mixes something in',
    'not a range',
    (suffix) => ({ body: `${OTHER}:3\r\nhello\r\n${suffix}:7` }),
  ],
  ['leaves out a count', 'not a range', (suffix) => ({ body: `${OTHER}:3\r\n${suffix}` })],
  ['sends whole hashes', 'not a range', (suffix) => ({ body: `01234${OTHER}:3\r\n${suffix}:7` })],
  [
    'sends a byte too many',
    'over 262144 bytes',
    (suffix) => ({ body: `${suffix}:7`.padEnd(MAX_BYTES + 1, '\n') }),
  ],
  ['never ends', 'over 262144 bytes', (suffix) => ({ act: 'endless', body: `${suffix}:7` })],
]

describe('when the service', () => {
  test.for(faults)(
    '%s, the local list has to do, and the log says so',
    async ([, reason, fault], { expect }) => {
      const open = { BREACHED_PASSWORDS_FAIL_OPEN: true }
      const { app, plan, requests, signUp } = startBreaches(open, lessFor(reason))
      const ada = app.newAccount()
      const { prefix, suffix } = await sha1(ada.password)
      await plan(fault(suffix))
      const from = performance.now()
      const lines = await collectingLog(async () => {
        expect((await signUp(ada)).status).toBe(202)
      })
      expect(performance.now() - from).toBeLessThan(MAX_MS)
      expect(await requests()).toHaveLength(1)
      const told = lines.split('\n').filter((line) => line.includes(reason))
      expect(told).toContain(
        JSON.stringify({ level: 'warn', event: 'breached_passwords_unavailable', reason }),
      )
      for (const secret of [prefix, suffix, ada.password]) expect(lines).not.toContain(secret)
    },
  )

  test.for(faults)(
    '%s, and must answer, the sign-up is a 503 and no account',
    async ([, reason, fault], { expect }) => {
      const closed = { BREACHED_PASSWORDS_FAIL_OPEN: false }
      const { app, plan, signUp } = startBreaches(closed, lessFor(reason))
      const ada = app.newAccount()
      const { prefix, suffix } = await sha1(ada.password)
      await plan(fault(suffix))
      const lines = await collectingLog(async () => {
        const answer = await signUp(ada)
        expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable'])
        expect(answer.text).not.toMatch(/breach|range|answer|bytes/)
      })
      expect(lines).toContain(`"reason":"breached passwords: ${reason}"`)
      for (const secret of [prefix, suffix, ada.password]) expect(lines).not.toContain(secret)
      const found = await env.DB.prepare('SELECT id FROM users WHERE email = ?')
        .bind(ada.email)
        .all()
      expect(found.results).toEqual([])
    },
  )
})

test('a service that cannot be reached is one that does not answer', async ({ expect }) => {
  // Nothing can listen on port 1 without being root.
  const { app, signUp } = startBreaches({
    BREACHED_PASSWORDS_URL: 'http://127.0.0.1:1/range',
    BREACHED_PASSWORDS_FAIL_OPEN: true,
  })
  const lines = await collectingLog(async () => {
    expect((await signUp(app.newAccount())).status).toBe(202)
  })
  expect(lines).toContain('"reason":"no connection"')
})

test('a range of the largest size is read', async ({ expect }) => {
  const { app, plan, signUp } = startBreaches()
  const ada = app.newAccount()
  const { suffix } = await sha1(ada.password)
  await plan({ body: `${suffix}:7`.padEnd(MAX_BYTES, '\n') })
  expect((await signUp(ada)).status).toBe(400)
})

test('an answer within its time counts', async ({ expect }) => {
  const { app, plan, signUp } = startBreaches({ BREACHED_PASSWORDS_FAIL_OPEN: true })
  const ada = app.newAccount()
  const { suffix } = await sha1(ada.password)
  await plan({ delayMs: 1000, body: `${suffix}:7` })
  expect((await signUp(ada)).status).toBe(400)
})
