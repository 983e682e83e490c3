import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import apiText from '../../../docs/api.md?raw'
import { startApp } from '../../support/app'
import { mailsTo } from '../../support/mailbox'
import { startMeter } from '../../support/meter'
import { eventsOf } from '../../support/rows-of'
import {
  ask,
  change,
  decide,
  hasReviewer,
  inState,
  named,
  PROFILE,
  type Reached,
  REASON,
  submit,
  upload,
} from '../merchants/support'

type Page = { merchants: { user_id: string; updated_at: string }[]; next: string | null }

/** Merchants of a state, three to a moment, made in the database. */
const insertMany = (count: number, state: string) =>
  env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
       SELECT 'usr_' || substr(?2 || 'xxxxxxxxxxxxxxxxxx', 1, 17) || printf('%05d', i), ?2 || i, ?2 || i,
         'merchant', 'active', 'x', 0 FROM n`,
    ).bind(count, state),
    env.DB.prepare(
      `INSERT INTO merchant_profiles (user_id, state, legal_name, country, created_at, updated_at)
       SELECT id, ?1, 'Company ' || email, 'NL', 0, 1000 + CAST(substr(id, 22) AS INTEGER) / 3
       FROM users WHERE email LIKE ?1 || '%'`,
    ).bind(state),
  ])

test('a list is read page by page, who waits longest first, for no more rows than it shows', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const reviewer = await hasReviewer(app)
  await insertMany(3000, 'suspended')
  await insertMany(3000, 'rejected')
  const page = async (query: string) =>
    (await ask(app, reviewer, `/api/admin/merchants/${query}`)).body as unknown as Page
  const seen: Page['merchants'] = []
  let next: string | null = null
  do {
    const cursor: string = next === null ? '' : `&before=${next}`
    read()
    const { merchants, next: after } = await page(`?state=suspended&limit=100${cursor}`)
    const AUTHENTICATION = 3
    expect(read().rowsRead).toBeLessThanOrEqual(AUTHENTICATION + 101)
    expect(merchants).toHaveLength(100)
    seen.push(...merchants)
    next = after
  } while (next !== null)
  expect(seen).toHaveLength(3000)
  const order = seen.map(({ updated_at: at, user_id: id }) => `${at} ${id}`)
  expect(order).toEqual(order.toSorted())
  expect(new Set(order).size).toBe(3000)
  expect(seen[0]).toEqual({
    user_id: expect.stringMatching(/^usr_suspended/) as string,
    legal_name: expect.stringMatching(/^Company/) as string,
    country: 'NL',
    state: 'suspended',
    version: 1,
    submitted_at: null,
    updated_at: '1970-01-01T00:00:01.000Z',
  })
  expect((await page('?state=rejected')).merchants).toHaveLength(50)
  expect(await page('')).toEqual({ merchants: [], next: null })
})

/** What a merchant may do, and an admin decide, in each state. */
const MATRIX = {
  draft: ['edit', 'contact', 'document', 'submit'],
  submitted: ['approve', 'reject', 'request-changes'],
  approved: ['contact', 'suspend'],
  rejected: [],
  changes_requested: ['edit', 'contact', 'document', 'submit'],
  suspended: ['reinstate'],
} as const satisfies Record<Reached, readonly string[]>

test('docs/api.md has the same table', ({ expect }) => {
  const [, section = ''] = apiText.split('\n## Merchants\n')
  const rows = section.split('\n## ')[0]?.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$/gm) ?? []
  const acts = (cell = '') => (cell === '–' ? [] : cell.split(', '))
  const listed = [...rows].map(([, state, merchant, admin]) => [
    state,
    [...acts(merchant), ...acts(admin)],
  ])
  expect(Object.fromEntries(listed)).toEqual(MATRIX)
})

test.for(Object.entries(MATRIX) as [Reached, readonly string[]][])(
  'in the state %s these acts are possible and no other: %o',
  async ([state, possible], { expect }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    let next: Awaited<ReturnType<typeof inState>> | undefined
    for (const act of ACTS) {
      const merchant = next ?? (await inState(app, reviewer, state))
      const { version } = merchant
      const answer = await {
        edit: () => change(app, merchant, { version, legal_name: 'Another Company' }),
        contact: () =>
          change(app, merchant, {
            version,
            trading_name: 'Lovelace',
            contact_name: 'Ada King',
            phone: '+31 20 555 0199',
            website: 'https://king.shop',
            address: 'Keizersgracht 2, Amsterdam',
            // As it is, so no change.
            legal_name: PROFILE.legal_name,
            registration_number: '1700 1910',
          }),
        document: () => upload(app, merchant),
        submit: () => submit(app, merchant, version),
        approve: () => decide(app, reviewer, merchant.id, 'approve', version),
        reject: () => decide(app, reviewer, merchant.id, 'reject', version),
        'request-changes': () => decide(app, reviewer, merchant.id, 'request-changes', version),
        suspend: () => decide(app, reviewer, merchant.id, 'suspend', version),
        reinstate: () => decide(app, reviewer, merchant.id, 'reinstate', version),
      }[act]()
      const expected = possible.includes(act) ? undefined : 'merchant_state'
      expect([act, answer.body.code]).toEqual([act, expected])
      const now = (await ask(app, merchant)).body
      if (expected) expect([now['state'], now['version']]).toEqual([state, version])
      if (expected) expect(named(answer, 'code')).toContain(state)
      // What was refused has changed nothing: the next act finds the same state.
      next = expected ? merchant : undefined
    }
  },
)

const ACTS = [
  'edit',
  'contact',
  'document',
  'submit',
  'approve',
  'reject',
  'request-changes',
  'suspend',
  'reinstate',
] as const

test('the whole way leaves its history, its events and its mails', async ({ expect }) => {
  const app = startApp()
  const reviewer = await hasReviewer(app)
  const merchant = await inState(app, reviewer, 'changes_requested')
  expect((await change(app, merchant, { version: 3, contact_name: 'Ada King' })).status).toBe(200)
  await submit(app, merchant, 4)
  await decide(app, reviewer, merchant.id, 'approve', 5)
  await decide(app, reviewer, merchant.id, 'suspend', 6, 'Complaints about deliveries')
  await decide(app, reviewer, merchant.id, 'reinstate', 7)
  const { body } = await ask(app, merchant)
  expect(body).toMatchObject({ state: 'approved', version: 8 })
  const history = body['history'] as Record<string, unknown>[]
  expect(history.map(({ version, from, to, reason }) => [version, from, to, reason])).toEqual([
    [1, 'draft', 'submitted', null],
    [2, 'submitted', 'changes_requested', REASON],
    [4, 'changes_requested', 'submitted', null],
    [5, 'submitted', 'approved', REASON],
    [6, 'approved', 'suspended', 'Complaints about deliveries'],
    [7, 'suspended', 'approved', REASON],
  ])
  const seen = await ask(app, reviewer, `/api/admin/merchants/${merchant.id}/`)
  const actors = (seen.body['history'] as Record<string, unknown>[]).map(({ actor }) => actor)
  expect(new Set(actors)).toEqual(new Set([merchant.id, reviewer.id]))
  const events = (await eventsOf(merchant.email)).map(({ event }) => event)
  expect(events.slice(3)).toEqual([
    'merchant_submitted',
    'merchant_changes_requested',
    'merchant_profile_changed',
    'merchant_submitted',
    'merchant_approved',
    'merchant_suspended',
    'merchant_reinstated',
  ])
  const mails = await mailsTo(merchant.email)
  expect(mails.map(({ subject }) => subject).toSorted()).toEqual([
    'We have received your application',
    'We have received your application',
    'Your application needs changes',
    'Your application was approved',
    'Your business is reinstated',
    'Your business is suspended',
  ])
  const suspension = mails.find(({ subject }) => subject === 'Your business is suspended')
  expect(suspension?.text).toContain('Complaints about deliveries')
  // Where the admin sits is nobody's business.
  expect(suspension?.text).not.toMatch(/IP address|11\.\d+\.\d+\.\d+/)
})
