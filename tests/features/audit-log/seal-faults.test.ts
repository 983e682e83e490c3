import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { sealEvents } from '../../../src/features/audit-log/tree/seal'
import { readHead } from '../../../src/features/audit-log/tree/tree-head'
import { heads, jobDeps, newestId, sealAll, sql, withoutTriggers, writeEvents } from './support'

const rows = (table: string) => sql(`SELECT * FROM ${table} ORDER BY 1, 2`)

describe('what goes wrong with sealing', () => {
  test('a signing key that fails leaves everything for the next run', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 5)
    const before = [await rows('audit_heads'), await rows('audit_tiles')]
    const [key] = deps.settings.AUDIT_KEYS
    const wrong = { ...deps.settings, AUDIT_KEYS: [{ ...key, d: 'A'.repeat(43) }] as const }
    await expect(sealEvents({ ...deps, settings: wrong as never })).rejects.toThrow()
    expect([await rows('audit_heads'), await rows('audit_tiles')]).toEqual(before)
    expect(await sealAll(deps)).toBe(5)
  })

  test('a batch that failed leaves no gap', async ({ expect }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 2)
    await expect(
      env.DB.batch([
        env.DB.prepare(
          `INSERT INTO audit_events (at, event, level, request_id) VALUES (1, 'x', 'info', 'r')`,
        ),
        env.DB.prepare('INSERT INTO users (id) VALUES (NULL)'),
      ]),
    ).rejects.toThrow()
    await writeEvents(deps, 2)
    const [ids] = await sql<{ gaps: number }>('SELECT max(id) - count(*) AS gaps FROM audit_events')
    expect(ids?.gaps).toBe(0)
    await sealAll(deps)
  })

  test('E-116: an event that vanished before it was sealed leaves a leaf that says so, and an alarm', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    await sealAll(deps)
    await writeEvents(deps, 3)
    const [middle] = await sql<{ id: number }>('SELECT max(id) - 1 AS id FROM audit_events')
    await withoutTriggers(() =>
      env.DB.prepare('DELETE FROM audit_events WHERE id = ?').bind(middle?.id).run(),
    )
    await sealEvents(deps)
    const [alarm] = await sql<{ data: string; level: string }>(
      `SELECT data, level FROM audit_events WHERE event = 'sys_audit_gap'`,
    )
    expect(alarm?.level).toBe('critical')
    expect(JSON.parse(alarm?.data ?? '')).toMatchObject({ gaps: 1 })
    expect(readHead((await heads()).at(-1)?.jws ?? '').size).toBe((middle?.id ?? 0) + 1)
  })

  for (const [what, change, back, message] of [
    [
      'a hash of the tree',
      `UPDATE audit_tiles SET hashes = 'AAAA' || substr(hashes, 5) WHERE level = 0
        AND number = (SELECT max(number) FROM audit_tiles WHERE level = 0)`,
      'UPDATE audit_tiles SET hashes = ?1 WHERE level = 0 AND number = ?2',
      'the tree of the audit log is not the one that was signed',
    ],
    [
      'the newest head',
      `UPDATE audit_heads SET jws = substr(jws, 1, length(jws) - 8) || 'AAAAAAAA'
        WHERE size = (SELECT max(size) FROM audit_heads)`,
      'UPDATE audit_heads SET jws = ?1 WHERE size = ?2',
      'not signed with a key of ours',
    ],
  ] as const)
    test(`E-116: nothing is signed on top of ${what} that was changed, and there is an alarm`, async ({
      expect,
    }) => {
      const { deps } = jobDeps()
      await writeEvents(deps, 3)
      await sealAll(deps)
      const [tile] = await sql<{ hashes: string; number: number }>(
        'SELECT * FROM audit_tiles WHERE level = 0 ORDER BY number DESC LIMIT 1',
      )
      const head = (await heads()).at(-1)
      await withoutTriggers(() => env.DB.prepare(change).run())
      await writeEvents(deps, 3)
      await expect(sealEvents(deps)).rejects.toThrow(message)
      expect((await heads()).length).toBe(
        (await heads()).filter(({ size }) => size <= (head?.size ?? 0)).length,
      )
      const alarms = await sql(`SELECT level FROM audit_events WHERE event = 'sys_audit_mismatch'`)
      expect(alarms[0]).toEqual({ level: 'critical' })
      const values = change.includes('tiles')
        ? [tile?.hashes, tile?.number]
        : [head?.jws, head?.size]
      await withoutTriggers(() =>
        env.DB.prepare(back)
          .bind(...values)
          .run(),
      )
      expect(await sealAll(deps)).toBeGreaterThan(3)
    })

  test('row 43: a row that somebody else has written stops no sealing, whatever is in it', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const odd = ['{"a":1e999}', `{"a":${deep}}`, deep, '{"a":"\\ud800"}', 'no JSON', '[1]', '7', '']
    for (const data of odd)
      await sql(
        `INSERT INTO audit_events (at, event, level, request_id, data) VALUES (1, 'x', 'info', 'r', ?)`,
        data,
      )
    expect(await sealAll(deps)).toBeGreaterThanOrEqual(odd.length)
    expect((await heads()).at(-1)?.size).toBe(await newestId())
  })
})
