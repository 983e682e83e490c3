import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { freshAddress, startApp } from '../../support/app'
import { ROWS } from '../../support/many'
import { startMeter } from '../../support/meter'
import { setUser } from '../../support/recovery'

const MANY = Math.min(ROWS, 100_000)

/** Accounts with a link each, after all others in each index: the end of a range is an entry. */
async function others(first: number, last: number) {
  const numbers = 'WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)'
  await env.DB.prepare(
    `${numbers} INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
     SELECT 'usr_~' || i, '~' || i || '@example.org', '~' || i || '@example.org',
       'customer', 'active', 'x', i FROM n`,
  )
    .bind(first, last)
    .run()
  await env.DB.prepare(
    `${numbers} INSERT INTO mailed_tokens (token_hash, user_id, purpose, data, expires_at)
     SELECT '~' || i, 'usr_~' || i, 'reset', '0', 9e15 FROM n`,
  )
    .bind(first, last)
    .run()
}

test('what a mailbox is told costs the same rows however many accounts and links there are', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const state = (assignment: string) => async () => {
    const account = await app.hasAccount()
    await setUser(account, assignment)
    return account
  }
  const states = [
    () => Promise.resolve(app.newAccount()),
    state('locale = locale'),
    state('frozen_at = 1'),
    state(`erasure_due_at = ${app.now().getTime() + 9 * 86_400_000}`),
    state("status = 'disabled'"),
  ]
  const acts = ['/api/auth/reset-password/', '/api/users/create/', '/api/auth/verify-email/resend/']
  const costs = async () => {
    const all: (number | string)[][] = []
    for (const arrange of states) {
      const { email, password } = await arrange()
      for (const act of acts) {
        app.advance(61)
        const body = { email, ...(act.includes('create') && { password }) }
        read()
        const answer = await app.post(act, body, { ip: freshAddress() })
        const { rowsRead, rowsWritten, d1RoundTrips } = read()
        all.push([act, answer.status, d1RoundTrips, rowsRead, rowsWritten])
      }
    }
    return all
  }
  await others(1, 1)
  await costs()
  const few = await costs()
  await others(2, MANY)
  expect(await costs()).toEqual(few)
  expect(Math.max(...few.map(([, , , rows]) => Number(rows)))).toBeLessThan(30)
  expect(new Set(few.map(([, , roundTrips]) => roundTrips))).toEqual(new Set([2]))
})
