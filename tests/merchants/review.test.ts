import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { startMeter } from '../support/meter'
import { startApp } from '../support/app'
import { ask, hasReviewer, PROFILE, withProfile } from './support'

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
    const SESSION_AND_USER = 2
    expect(read().rowsRead).toBeLessThanOrEqual(SESSION_AND_USER + 101)
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

test('a reviewer sees who else has the number, in the same country alone', async ({ expect }) => {
  const app = startApp()
  const reviewer = await hasReviewer(app)
  const number = '27170233'
  const first = await withProfile(app, { ...PROFILE, registration_number: number })
  const second = await withProfile(app, { ...PROFILE, registration_number: '2717 0233' })
  const cyprus = { ...PROFILE, country: 'CY', registration_number: number, tax_number: null }
  const abroad = await withProfile(app, { ...cyprus, phone: '+31205550123' })
  const duplicatesOf = async ({ id }: { id: string }) => {
    const { body } = await ask(app, reviewer, `/api/admin/merchants/${id}/`)
    return (body['duplicates'] as { user_id: string }[]).map(({ user_id: userId }) => userId)
  }
  expect(await duplicatesOf(first)).toEqual([second.id])
  expect(await duplicatesOf(second)).toEqual([first.id])
  expect(await duplicatesOf(abroad)).toEqual([])
  const { body } = await ask(app, reviewer, `/api/admin/merchants/${first.id}/`)
  expect(body).toMatchObject({
    user_id: first.id,
    email: first.email,
    user_status: 'active',
    state: 'draft',
    checks: { registration_number: 'valid', tax_number: 'valid' },
    documents: [{ id: first.document }],
  })
})
