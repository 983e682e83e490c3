import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { freshAddress, startApp } from '../../support/app'
import { nextMail, tokenIn } from '../../support/mailbox'
import { ROWS } from '../../support/many'
import { startMeter } from '../../support/meter'

test('what a sign-up reads and writes does not grow with the sign-ups that wait', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const costs = async () => {
    const account = app.newAccount()
    const { email } = account
    const ask = async (path: string, json: object) => {
      const answer = await app.post(path, json, { ip: freshAddress() })
      const { rowsRead, rowsWritten, d1RoundTrips } = read()
      return [path, answer.status, d1RoundTrips, rowsRead, rowsWritten]
    }
    read()
    const signUp = await ask('/api/users/create/', account)
    await nextMail(email)
    app.advance(61)
    const resend = await ask('/api/auth/verify-email/resend/', { email })
    const token = tokenIn(await nextMail(email))
    const wrong = await ask('/api/auth/login/', { identifier: email, password: 'not the one' })
    const verify = await ask('/api/auth/verify-email/', { token })
    return [signUp, resend, wrong, verify]
  }
  const others = (first: number, last: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO sign_ups (token_hash, email, email_key, locale, role, password_hash, ip,
         created_at, expires_at)
       SELECT printf('%s%08d', ?3, i), printf('w%08d@example.org', i),
         printf('w%08d@example.org', i), 'en', 'customer', 'x', '10.0.0.1', 0, 9e15 FROM n`,
    )
      .bind(first, last, app.id)
      .run()
  // One, since the end of a range in an index is the entry after it.
  await others(1, 1)
  await costs()
  const few = await costs()
  await others(2, Math.min(ROWS, 100_000))
  expect(await costs()).toEqual(few)
  expect(few.map(([, status]) => status)).toEqual([202, 202, 401, 200])
  // The confirmation asks most: what stands in the way of the account, and the username.
  const rowsRead = few.map(([, , , rows]) => Number(rows))
  expect(Math.max(...rowsRead)).toBeLessThan(35)
})
