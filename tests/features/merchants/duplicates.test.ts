import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import type { App } from '../../support/acts'
import { startApp } from '../../support/app'
import { startMeter } from '../../support/meter'
import { ask, hasReviewer, PROFILE, withProfile } from './support'

type Id = { id: string }

async function duplicatesOf(app: App, reviewer: { token: string }, { id }: Id) {
  const { body } = await ask(app, reviewer, `/api/admin/merchants/${id}/`)
  return (body['duplicates'] as { user_id: string }[]).map(({ user_id: userId }) => userId)
}

test('a reviewer sees who else has the number, in the same country alone', async ({ expect }) => {
  const app = startApp()
  const reviewer = await hasReviewer(app)
  const number = '27170233'
  const first = await withProfile(app, { ...PROFILE, registration_number: number })
  const same = { ...PROFILE, registration_number: '2717 0233', tax_number: null }
  const second = await withProfile(app, same)
  const cyprus = { ...PROFILE, country: 'CY', registration_number: number, tax_number: null }
  const abroad = await withProfile(app, { ...cyprus, phone: '+31205550123' })
  expect(await duplicatesOf(app, reviewer, first)).toEqual([second.id])
  expect(await duplicatesOf(app, reviewer, second)).toEqual([first.id])
  expect(await duplicatesOf(app, reviewer, abroad)).toEqual([])
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

test('a reviewer sees who has a number of the same company, in whichever field it stands', async ({
  expect,
}) => {
  const app = startApp()
  const reviewer = await hasReviewer(app)
  // One company: its REGON, its KRS, and its NIP, which Poland takes in either field.
  const polish = { ...PROFILE, country: 'PL', phone: '+48222010101', tax_number: '7740001454' }
  const regon = await withProfile(app, { ...polish, registration_number: '610188201' })
  const krs = await withProfile(app, { ...polish, registration_number: '0000028860' })
  expect(await duplicatesOf(app, reviewer, regon)).toEqual([krs.id])
  expect(await duplicatesOf(app, reviewer, krs)).toEqual([regon.id])
  const setNumbers = (registration: string | null, tax: string | null) =>
    env.DB.prepare(
      'UPDATE merchant_profiles SET registration_number = ?, tax_number = ? WHERE user_id = ?',
    )
      .bind(registration, tax, krs.id)
      .run()
  await setNumbers('7740001454', null)
  expect(await duplicatesOf(app, reviewer, regon)).toEqual([krs.id])
  expect(await duplicatesOf(app, reviewer, krs)).toEqual([regon.id])
  await setNumbers(null, '610188201')
  expect(await duplicatesOf(app, reviewer, regon)).toEqual([krs.id])
  expect(await duplicatesOf(app, reviewer, krs)).toEqual([regon.id])
  await setNumbers(null, null)
  expect(await duplicatesOf(app, reviewer, regon)).toEqual([])
  expect(await duplicatesOf(app, reviewer, krs)).toEqual([])
})

test('to look for others with a number reads them alone, however many there are', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const reviewer = await hasReviewer(app)
  const alone = { ...PROFILE, registration_number: '33011433', tax_number: null }
  const merchant = await withProfile(app, alone)
  const look = async (duplicates = 0) => {
    read()
    expect(await duplicatesOf(app, reviewer, merchant)).toHaveLength(duplicates)
    return read().rowsRead
  }
  const among = await look()
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
       INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
       SELECT 'usr_many' || i, 'many' || i, 'many' || i, 'merchant', 'active', 'x', 0 FROM n`,
    ),
    env.DB.prepare(
      `INSERT INTO merchant_profiles
         (user_id, state, country, registration_number, tax_number, created_at, updated_at)
       SELECT id, 'approved', 'NL', 'r' || id, 't' || id, 0, 0
       FROM users WHERE id LIKE 'usr_many%'`,
    ),
  ])
  expect(await look()).toBe(among)
  // Nor all of those who have it: a stranger may sign up as many merchants as he likes.
  await env.DB.exec(
    `UPDATE merchant_profiles SET registration_number = '33011433',
    tax_number = '33011433' WHERE user_id LIKE 'usr_many%'`.replaceAll('\n', ' '),
  )
  expect(await look(20)).toBeLessThan(among + 200)
})
