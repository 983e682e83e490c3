import { env } from 'cloudflare:workers'
import { beforeAll, describe, test } from 'vitest'
import { proveInclusion } from '../../../src/features/audit-log/prove'
import {
  coveringNodes,
  inclusionPath,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/features/audit-log/tree/merkle'
import { tileKey } from '../../../src/features/audit-log/tree/read-tiles'
import { tilesOf } from '../../../src/features/audit-log/tree/tiles'
import { readHead, verifyHead } from '../../../src/features/audit-log/tree/tree-head'
import { canonical, personalHash } from '../../../src/platform/audit/entry'
import { recordEvent } from '../../../src/platform/audit/record'
import { hasAdmin, tokenFor } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { startMeter } from '../../support/meter'
import { heads, jobDeps, newestId, sealAll, sql, withoutTriggers, writeEvents } from './support'

const bytes = (text: unknown) => Buffer.from(String(text), 'base64url')
const app = startApp()
let admin: Awaited<ReturnType<typeof hasAdmin>>

beforeAll(async () => {
  admin = await hasAdmin(app)
})

const get = async (path: string, token?: string) =>
  app.send('GET', `/api/admin/audit/${path}`, {
    token: token ?? (await tokenFor(app, admin)),
    ip: freshAddress(),
  })

describe('proofs', () => {
  test('C-63, C-64: an inclusion and a consistency that verify against the public head', async ({
    expect,
  }) => {
    const { deps } = jobDeps()
    await writeEvents(deps, 300)
    await sealAll(deps)
    const old = await app.send('GET', '/.well-known/audit-head', { ip: freshAddress() })
    await writeEvents(deps, 300)
    await sealAll(deps)
    // It is asked for anew two seconds later.
    app.advance(2)
    const head = await app.send('GET', '/.well-known/audit-head', { ip: freshAddress() })
    expect((await get('head/')).body).toEqual(head.body)
    const keys = head.body['keys'] as JsonWebKey[]
    const signed = await verifyHead(keys as never, String(head.body['head']))
    expect(signed).toMatchObject({ size: head.body['size'], root: head.body['root'] })

    const { body: proof } = await get('proof/?event=123')
    expect(proof['head']).toBe(head.body['head'])
    expect(proof['leaf_hash']).toBe(
      Buffer.from(leafHash(canonical(proof['entry'] as object))).toString('base64url'),
    )
    const claim = {
      leaf: bytes(proof['leaf_hash']),
      index: Number(proof['index']),
      size: Number(proof['size']),
      proof: (proof['proof'] as string[]).map(bytes),
      root: bytes(signed?.root),
    }
    expect(verifyInclusion(claim)).toBe(true)
    expect(verifyInclusion({ ...claim, index: claim.index + 1 })).toBe(false)

    const size = Number(old.body['size'])
    const { body: grown } = await get(`proof/?first=${size}`)
    expect(
      verifyConsistency({
        first: size,
        second: Number(grown['second']),
        firstRoot: bytes(old.body['root']),
        secondRoot: bytes(signed?.root),
        proof: (grown['proof'] as string[]).map(bytes),
      }),
    ).toBe(true)
    expect(readHead(String(grown['first_head'])).size).toBe(size)
    const withTimeout = await get(`proof/?event=5&size=${size}`)
    expect(withTimeout.body).toMatchObject({ size, root: old.body['root'], head: old.body['head'] })
  })

  test('an event not sealed yet, and sizes that are not there', async ({ expect }) => {
    const { deps } = jobDeps()
    await sealAll(deps)
    await writeEvents(deps, 1)
    const id = await newestId()
    expect((await get(`proof/?event=${id}`)).status).toBe(404)
    for (const [query, pointer] of [
      [`event=1&size=${id + 50}`, '#/size'],
      [`first=${id + 50}`, '#/first'],
      ['event=1&first=1', '#/event'],
      ['size=1', '#/event'],
      ['second=1', '#/event'],
    ]) {
      const answer = await get(`proof/?${query}`)
      expect(answer.status, query).toBe(400)
      expect((answer.body['errors'] as { pointer: string }[])[0], query).toMatchObject({ pointer })
    }
  })
})

describe('export', () => {
  const linesOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>)

  test('holds every event in order, its personal fields and the head', async ({ expect }) => {
    const { deps } = jobDeps()
    const token = await tokenFor(app, admin)
    await sealAll(deps)
    const id = await newestId()
    const answer = await get('export/', token)
    expect(answer.status).toBe(200)
    const [first, ...rest] = linesOf(answer.text)
    const end = rest.pop()
    expect(first?.['audit_log']).toMatchObject({ v: 1, first: 1, last: id, filtered: false })
    expect(end?.['end']).toEqual({ count: id, next: null })
    const events = rest.filter((line) => 'entry' in line)
    expect(events.map(({ entry }) => entry?.['id'])).toEqual(
      Array.from({ length: id }, (_, at) => at + 1),
    )
    for (const { entry, personal } of events.slice(-5)) {
      const { salt, ...fields } = personal as {
        salt: string
        ip: string
        country: null
        user_agent: null
      }
      expect(personalHash(salt, fields)).toBe(entry?.['personal'])
    }
    expect(rest.some((line) => 'progress' in line)).toBe(true)
    const [exported] = await sql(`SELECT * FROM audit_events WHERE event = 'audit_exported'`)
    expect(exported).toMatchObject({ actor: admin.id, level: 'warn' })
  })

  test('goes on after an id, and takes filters', async ({ expect }) => {
    const { deps } = jobDeps()
    for (const userId of ['usr_a', 'usr_b'])
      await recordEvent(deps, { event: 'merchant_suspended', userId })
    const after = linesOf((await get('export/?after=10')).text)
    expect(after.find((line) => 'entry' in line)?.['entry']).toMatchObject({ id: 11 })
    const [head, ...only] = linesOf((await get('export/?event=merchant_suspended')).text)
    expect(head?.['audit_log']).toMatchObject({ filtered: true })
    const events = only.filter((line) => 'entry' in line).map(({ entry }) => entry?.['event'])
    expect(events).toEqual(['merchant_suspended', 'merchant_suspended'])
  })

  test('asks for a step-up', async ({ expect }) => {
    const token = await tokenFor(app, admin)
    await sql('UPDATE sessions SET stepped_up_at = NULL WHERE user_id = ?', admin.id)
    const answer = await get('export/', token)
    expect(answer.body.code).toBe('insufficient_user_authentication')
  })

  test('that breaks off has no last line', async ({ expect }) => {
    let broken = false
    const faulty = startApp((deps) => ({
      ...deps,
      db: new Proxy(deps.db, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key)
          if (typeof value !== 'function') return value
          if (key === 'all' && broken) return () => Promise.reject(new Error('down'))
          return value.bind(target) as unknown
        },
      }),
    }))
    const token = await tokenFor(faulty, { id: admin.id })
    broken = true
    await expect(
      faulty.send('GET', '/api/admin/audit/export/', { token, ip: freshAddress() }),
    ).rejects.toThrow()
  })
})

test('a proof among ten million events reads at most 64 rows and tiles', async ({ expect }) => {
  const size = 9_999_999
  const meter = startMeter()
  const { deps } = jobDeps()
  let objects = 0
  const archive = new Proxy(deps.archive, {
    get(target, key) {
      if (key === 'get') objects += 1
      return (Reflect.get(target, key) as () => unknown).bind(target)
    },
  })
  const metered = { ...meter.meter(deps), archive }
  let tiles = 0
  // Tiles of what no test could write: their hashes are no events', but their number is what it
  // would be.
  const tile = (count: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(32 * count)))
  await withoutTriggers(async () => {
    for (const id of [1, 5_000_000, size]) {
      const path = inclusionPath(id - 1, size)
      for (const ref of tilesOf([...path.flat(), ...coveringNodes(0, size)])) {
        tiles += 1
        const width = Math.floor(size / 256 ** ref.level)
        const count = Math.min(256, width - ref.number * 256)
        // Those of single events lie in the archive, with the events.
        if (ref.level === 0) await env.ARCHIVE.put(tileKey(ref), tile(count))
        else
          await sql(
            'INSERT OR REPLACE INTO audit_tiles (level, number, hashes) VALUES (?, ?, ?)',
            ref.level,
            ref.number,
            tile(count).toString('base64'),
          )
      }
    }
    const { jws = '' } = (await heads()).at(-1) ?? {}
    await sql('INSERT INTO audit_heads (size, at, jws) VALUES (?, ?, ?)', size, Date.now(), jws)
    for (const id of [1, 5_000_000, size]) {
      meter.read()
      objects = 0
      const proof = await proveInclusion(metered, id)
      expect(proof.proof.length).toBeGreaterThan(10)
      expect(objects).toBeGreaterThan(0)
      // And the segment of an archived event.
      expect(meter.read().rowsRead + objects + 1, `event ${id}`).toBeLessThanOrEqual(64)
    }
    await sql('DELETE FROM audit_heads WHERE size = ?', size)
  })
  expect(tiles).toBeGreaterThan(9)
})
