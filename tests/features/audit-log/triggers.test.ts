import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { jobDeps, sealAll, sql, writeEvents } from './support'

const rows = (table: string) => sql(`SELECT * FROM ${table} ORDER BY 1, 2`)

describe('the database refuses', () => {
  const refused: [string, string][] = [
    ['to change an event', `UPDATE audit_events SET level = 'info' WHERE id = 1`],
    ['to move an event in time', 'UPDATE audit_events SET at = at - 1 WHERE id = 1'],
    ['to give an event another place', 'UPDATE audit_events SET id = 999999 WHERE id = 1'],
    ['to put another address into an event', `UPDATE audit_events SET ip = '1.2.3.4'`],
    ['to put a text into an event', `UPDATE audit_events SET text = 'x' WHERE id = 1`],
    ['to put another hash of a text into it', `UPDATE audit_events SET text_hash = 'x'`],
    ['to delete an event', 'DELETE FROM audit_events WHERE id = 1'],
    [
      'to delete the newest event',
      'DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)',
    ],
    [
      'to put another event in the place of one',
      `INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE id = 1`,
    ],
    [
      'an event with a number of its own',
      `INSERT INTO audit_events (id, at, event, level, request_id) VALUES (999999, 1, 'x', 'info', 'r')`,
    ],
    ['to change a head', `UPDATE audit_heads SET jws = 'x'`],
    [
      'to delete the newest head',
      'DELETE FROM audit_heads WHERE size = (SELECT max(size) FROM audit_heads)',
    ],
    [
      'a head that goes back',
      `INSERT INTO audit_heads (size, at, jws) VALUES (1, 9999999999999, 'x')`,
    ],
    [
      'to put another head in the place of one',
      `INSERT OR REPLACE INTO audit_heads SELECT size, at, 'x' FROM audit_heads LIMIT 1`,
    ],
    ['a head of before', `INSERT INTO audit_heads (size, at, jws) VALUES (900000, 1, 'x')`],
  ]
  for (const [what, statement] of refused) {
    test(`E-116: ${what}`, async ({ expect }) => {
      const { deps } = jobDeps()
      await writeEvents(deps, 1)
      await sealAll(deps)
      const before = [await rows('audit_events'), await rows('audit_heads')]
      await expect(env.DB.prepare(statement).run()).rejects.toThrow('SQLITE_CONSTRAINT')
      expect([await rows('audit_events'), await rows('audit_heads')]).toEqual(before)
    })
  }

  test('E-116: to change, replace or delete a segment', async ({ expect }) => {
    const insert = `INSERT OR REPLACE INTO audit_segments VALUES (4097, 1, 2, ?)`
    await sql(insert, 'first')
    await sql(insert, 'second')
    for (const statement of [`UPDATE audit_segments SET first = 1`, 'DELETE FROM audit_segments'])
      await expect(env.DB.prepare(statement).run()).rejects.toThrow('SQLITE_CONSTRAINT')
    expect(await rows('audit_segments')).toMatchObject([{ first: 4097, sha256: 'first' }])
  })
})
