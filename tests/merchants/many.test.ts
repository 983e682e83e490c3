import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { merchantStates } from '../../src/platform/db/merchant-schema'
import { freshAddress, startApp } from '../support/app'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'
import { hasReviewer } from './support'

type Page = { merchants: { user_id: string }[]; next: string | null }

test(
  'the list of each state reads no more merchants than it shows and one, however many rows there are',
  { timeout: 240_000 },
  async ({ expect }) => {
    const { meter, read } = startMeter()
    const app = startApp(meter)
    const step = Math.min(ROWS, 100_000)
    for (let start = 0; start < ROWS; start += step) {
      const numbers = `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)`
      const states = merchantStates.map((state, index) => `WHEN ${index} THEN '${state}'`).join(' ')
      await env.DB.batch(
        [
          `${numbers} INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
           SELECT printf('usr_%022d', i), printf('m%07d', i), printf('m%07d', i), 'merchant', 'active', 'x', i
           FROM n`,
          `${numbers} INSERT INTO merchant_profiles (user_id, state, created_at, updated_at)
           SELECT printf('usr_%022d', i), CASE i % 6 ${states} END, 0, CAST(i AS INTEGER) / 60 FROM n`,
        ].map((sql) => env.DB.prepare(sql).bind(start, step)),
      )
    }
    const reviewer = await hasReviewer(app)
    const list = async (query: string) => {
      const path = `/api/admin/merchants/?limit=20&${query}`
      const options = { token: reviewer.token, ip: freshAddress() }
      const { status, body } = await app.send('GET', path, options)
      expect([query, status]).toEqual([query, 200])
      return body as unknown as Page
    }
    // The middle of each list, which its cursor names.
    const middle = `&before=${(ROWS / 125).toString(36)}.usr_${'0'.repeat(22)}`
    await list('')
    for (const state of merchantStates) {
      for (const start of ['', middle]) {
        let before = start
        const seen = new Set<string>()
        for (let page = 1; page <= 3; page++) {
          read()
          const { merchants, next } = await list(`state=${state}${before}`)
          const { rowsRead } = read()
          const AUTHENTICATION = 3
          const most = Math.min(rowsRead, AUTHENTICATION + 21)
          expect([state, before, rowsRead]).toEqual([state, before, most])
          for (const { user_id: id } of merchants) seen.add(id)
          expect(seen.size).toBe(page * 20)
          before = `&before=${next}`
        }
      }
    }
  },
)
