import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { purgeExpired } from '../../../src/features/sessions/purge-expired'
import { depsAt, killedAt } from '../../crons/support'
import { insertUser } from '../../support/admins'
import { startApp } from '../../support/app'
import { rowsOf } from '../../support/rows-of'

const DAY_MS = 86_400_000

describe('the purge of what has expired', () => {
  const now = Date.now()
  const insertTokens = (userId: string, count: number, name: string, expiresAt: number) =>
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO mailed_tokens
       SELECT hex(randomblob(21)) || ?2, ?3, 'reset', NULL, ?4 FROM n`,
    )
      .bind(count, name, userId, expiresAt)
      .run()
  const left = async (name: string) =>
    env.DB.prepare(`SELECT count(*) AS count FROM mailed_tokens WHERE token_hash LIKE '%' || ?`)
      .bind(name)
      .first('count')

  test('looks at all of a table, wherever it begins, and is taken up where it was killed', async ({
    expect,
  }) => {
    const userId = await insertUser(startApp(), 'customer')
    await insertTokens(userId, 12_000, 'dead', now)
    await insertTokens(userId, 500, 'live', now + 1)
    const counting = killedAt(4, ['all'])
    await expect(purgeExpired(depsAt(new Date(now), counting))).rejects.toThrow()
    await purgeExpired(depsAt(new Date(now)))
    expect([await left('dead'), await left('live')]).toEqual([0, 500])
  })

  test('stops when its time is over', async ({ expect }) => {
    const userId = await insertUser(startApp(), 'customer')
    await insertTokens(userId, 10, 'slow', now)
    let calls = 0
    // Each look at the clock is a minute later.
    const ticking = { now: () => new Date(now + 60_000 * calls++) }
    expect(await purgeExpired(depsAt(ticking))).toMatchObject({ tokens: 0 })
    expect(await left('slow')).toBe(10)
    expect(await purgeExpired(depsAt(new Date(now)))).toMatchObject({ tokens: 10 })
  })

  test('forgets browsers 401 days after they were seen, and not while a cookie lives', async ({
    expect,
  }) => {
    const userId = await insertUser(startApp(), 'customer')
    const seen = now - 401 * DAY_MS
    await env.DB.batch(
      [
        ['old', seen],
        ['kept', seen + 1],
      ].map(([hash, at]) =>
        env.DB.prepare(`INSERT INTO known_devices VALUES (?, ?, 'a', 'DE', 0, ?, '')`).bind(
          userId,
          hash,
          at,
        ),
      ),
    )
    expect(await purgeExpired(depsAt(new Date(now)))).toMatchObject({ devices: 1 })
    const devices = (await rowsOf(userId)).get('known_devices')
    expect(devices?.map((row) => row['device_hash'])).toEqual(['kept'])
  })
})
