import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { createApp } from '../../src/app'
import { archiveEvents } from '../../src/audit/archive'
import { SEGMENT_SIZE, unpack } from '../../src/audit/segment'
import { openApiDocument } from '../../src/http/openapi'
import { eraseAccounts } from '../../src/jobs/erase-accounts'
import { settings } from '../../src/platform/settings'
import { setOwner } from '../api-keys/support'
import { type App } from '../support/acts'
import { startApp } from '../support/app'
import { allEvents, emptyLog, jobDeps, RETENTION_MS, sealAll, sql, writeEvents } from './support'

import { CANARY, talkedAbout } from './talked-about'

beforeEach(emptyLog)
afterEach(emptyLog)

/** Fields of bodies whose text the world below gives. */
const SAID = {
  reason: 'what an admin says of a person, or of a merchant’s application',
  name: 'of an app, a key',
  display_name: 'of the person',
  username: 'of the person',
  email: 'of the person',
  identifier: 'at a login',
  legal_name: 'of the business',
  trading_name: 'of the business',
  address: 'of the business',
  contact_name: 'of the business',
  phone: 'of the business',
  website: 'of the business',
  registration_number: 'of the business',
  tax_number: 'of the business',
}
/** Fields that hold no words: secrets, codes, ids and what has a closed form. */
const NO_WORDS =
  `bootstrap_token password old_password new_password code token key challenge device_token
  refresh_token id user_ids country locale ip allowed_ips scope`.split(/\s+/)

test('each text that a route takes is one that is said below, or holds no words', ({ expect }) => {
  const named = new Set<string>()
  const walk = (schema: unknown, name = ''): void => {
    if (typeof schema !== 'object' || schema === null) return
    const { type, enum: closed, const: fixed, properties = {}, ...rest } = schema as Node
    if (type === 'string' && !closed && fixed === undefined) named.add(name)
    for (const [key, value] of Object.entries(properties)) walk(value, key)
    for (const value of Object.values(rest)) walk(value, name)
  }
  const { paths } = openApiDocument(createApp().routes, settings(env))
  for (const operations of Object.values(paths))
    for (const { requestBody } of Object.values(operations))
      for (const { schema } of Object.values(requestBody?.content ?? {})) walk(schema)
  named.delete('')
  expect([...named].filter((name) => !(name in SAID) && !NO_WORDS.includes(name))).toEqual([])
})

type Node = { type?: unknown; enum?: unknown; const?: unknown; properties?: object }

/** Where a text is found in any store that outlives a request. */
async function placesOf(text: string): Promise<string[]> {
  const found: string[] = []
  const look = (place: string, content: string) => {
    if (content.toLowerCase().includes(text.toLowerCase())) found.push(place)
  }
  const tables = await sql<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
  )
  for (const { name } of tables)
    for (const row of await sql(`SELECT * FROM "${name}"`)) look(name, JSON.stringify(row))
  for (const { name } of (await env.KV.list()).keys)
    look(`KV ${name}`, `${name} ${await env.KV.get(name)}`)
  for (const { key } of (await env.ARCHIVE.list()).objects) {
    const object = (await (await env.ARCHIVE.get(key))?.arrayBuffer()) ?? new ArrayBuffer()
    const isPacked = key.endsWith('.gz')
    look(key, isPacked ? JSON.stringify(await unpack(object)) : Buffer.from(object).toString())
  }
  return [...new Set(found)].toSorted()
}

/** The events with a text that can be read: those of whom, and what it says. */
const readable = async (app: App, id: string) =>
  (await allEvents(app.deps())).flatMap(({ entry, text }) =>
    'user_id' in entry && entry.user_id === id && text ? [[entry.event, text.text] as const] : [],
  )

describe('what was said of a person', () => {
  test.for(['database', 'archive'])(
    'is read by admins in the %s, and is nowhere once the account is erased',
    async (where, { expect }) => {
      const app = startApp()
      const { id, hash } = await talkedAbout(app)
      const { deps, advance } = jobDeps()
      if (where === 'archive') {
        await writeEvents(deps, SEGMENT_SIZE)
        await sealAll(deps)
        advance(RETENTION_MS + 60_000)
        expect(await archiveEvents(deps)).toMatchObject({ segments: 1 })
      }
      const said = await readable(app, id)
      const names = Object.groupBy(said, ([event]) => event)
      expect(Object.keys(names).toSorted()).toEqual([
        'merchant_document_stored',
        'service_alert',
        'service_event',
        'sessions_ended',
        'user_disabled',
        'user_enabled',
        'user_factor_removal_scheduled',
        'user_reset_started',
        'user_role_changed',
        'user_role_requested',
        'user_unlocked',
      ])
      expect(said.filter(([, text]) => JSON.stringify(text).includes(CANARY))).toHaveLength(11)
      // Nowhere in clear in the log, from the beginning.
      const before = await placesOf(CANARY)
      expect(before).toContain('users')
      expect(before.filter((place) => place.startsWith('audit'))).toEqual(
        where === 'archive' ? [] : ['audit_events'],
      )

      await setOwner(id, `role = 'customer', erasure_due_at = 1`)
      expect(await eraseAccounts(deps)).toMatchObject({ accounts: 1, failed: 0 })
      expect(await placesOf(CANARY)).toEqual([])
      // Whoever has the document would know by it whose it was.
      expect(await placesOf(hash)).toEqual([])
      expect(await readable(app, id)).toEqual([])
    },
  )
})
