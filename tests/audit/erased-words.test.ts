import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { createApp } from '../../src/app'
import { archiveEvents } from '../../src/audit/archive'
import { SEGMENT_SIZE, unpack } from '../../src/audit/segment'
import { openApiDocument } from '../../src/http/openapi'
import { eraseAccounts } from '../../src/jobs/erase-accounts'
import { settings } from '../../src/settings'
import { recordServiceEvent, serviceEvent } from '../../src/trust/service-event'
import { addTotp, type App } from '../support/acts'
import { act, hasAdmin, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { bytes, change, decide, hasMerchant, PROFILE, submit, upload } from '../merchants/support'
import { createKey, setMerchant, setOwner } from '../api-keys/support'
import { allEvents, emptyLog, jobDeps, RETENTION_MS, sealAll, sql, writeEvents } from './support'

beforeEach(emptyLog)
afterEach(emptyLog)

/** Stands in each text about the person who is erased, whoever says it. */
const CANARY = 'Zanzibar'

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

const requireOk = <A extends { status: number; text: string }>(answer: A): A => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`)
  return answer
}

/** A merchant of whom everybody has said something, and who has said something everywhere. */
async function talkedAbout(app: App) {
  const [admin, second] = [await hasAdmin(app), await hasAdmin(app)]
  const merchant = await hasMerchant(app)
  const { id } = merchant
  const headers = { 'User-Agent': `${CANARY} browser` }
  const by = { token: merchant.token, ip: freshAddress(), headers }
  const names = { display_name: `Ada ${CANARY}`, username: `${CANARY}-${app.id}`.slice(0, 30) }
  requireOk(await app.send('PUT', '/api/users/update/', { json: names, ...by }))
  await addTotp(app, merchant.token, `${CANARY} phone`)
  const email = `${CANARY}-${app.id}@example.com`
  requireOk(await app.post('/api/users/notification-email/', { email }, await stepped(app, id)))
  requireOk(await app.post('/api/users/change-email/', { email }, await stepped(app, id)))
  await app.post('/api/auth/login/', { identifier: names.username, password: 'wrong' }, by)

  const profile = {
    ...PROFILE,
    legal_name: `${CANARY} B.V.`,
    trading_name: `${CANARY} shop`,
    address: `${CANARY} street 1`,
    contact_name: `Ada ${CANARY}`,
    website: `https://${CANARY.toLowerCase()}.example.com`,
  }
  const on = await stepped(app, id)
  requireOk(await change(app, on, { version: 0, ...profile }))
  const body = bytes(`%PDF-1.7\n${CANARY}\n%%EOF\n`)
  const stored = requireOk(await upload(app, on, { name: `${CANARY}.pdf`, body }))
  requireOk(await submit(app, on, 1))
  for (const [version, decision] of [
    [2, 'request-changes'],
    [3, undefined],
    [4, 'reject'],
  ] as const) {
    const reviewer = await stepped(app, admin.id)
    if (decision === undefined) requireOk(await submit(app, on, version))
    else requireOk(await decide(app, reviewer, id, decision, version, `${CANARY} lied`))
  }
  await setMerchant(id, 'approved')
  const key = await createKey(app, (await stepped(app, id)).token, { name: `${CANARY} key` })
  requireOk(key)

  const reason = `Ada ${CANARY}, +31 6 1234 5678`
  for (const path of ['unlock', 'end-sessions', 'reset-password', 'remove-factors'])
    requireOk(await act(app, admin, `${id}/${path}`, { reason }))
  const asked = await act(app, admin, id, { role: 'admin', reason }, 'PATCH')
  requireOk(asked)
  await approveLast(app, second, id)
  requireOk(await act(app, admin, id, { role: 'customer', reason }, 'PATCH'))
  await approveLast(app, second, id)
  requireOk(await act(app, admin, id, { role: 'merchant', reason }, 'PATCH'))
  requireOk(await act(app, admin, `${id}/disable`, { reason }))
  requireOk(await act(app, admin, `${id}/enable`, { reason }))
  for (const alert of [true, false]) {
    const data = { note: `${CANARY} paid twice`, order: 7 }
    const event = serviceEvent.parse({ name: 'order_refunded', user_id: id, alert, data })
    await recordServiceEvent(app.deps(), 'orders', event)
  }
  const hash = Buffer.from(String(stored.body['sha256']), 'hex').toString('base64url')
  return { id, hash }
}

async function approveLast(app: App, { id: adminId }: { id: string }, userId: string) {
  const [waits] = await sql<{ id: string }>(
    `SELECT id FROM pending_acts WHERE user_id = ? AND state = 'waiting' ORDER BY created_at DESC`,
    userId,
  )
  const on = await stepped(app, adminId)
  requireOk(await app.send('POST', `/api/admin/acts/${waits?.id}/approve/`, on))
}

const stepped = async (app: App, id: string) => ({
  token: await tokenFor(app, { id }),
  ip: freshAddress(),
})

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
