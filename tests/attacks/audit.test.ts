import { beforeAll, describe, test } from 'vitest'
import { proveInclusion } from '../../src/audit/prove'
import { canonical, type Entry, personalHash } from '../../src/platform/audit/entry'
import { type AuditEvent, recordEvent } from '../../src/platform/audit/record'
import { jobDeps, newestId, sealAll, sql } from '../audit/support'
import { verify } from '../support/acts'
import { hasAdmin, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { collectingLog, storedText } from '../support/attack'
import { codeIn, nextMail } from '../support/mailbox'

const app = startApp()
let admin: Awaited<ReturnType<typeof hasAdmin>>

beforeAll(async () => {
  admin = await hasAdmin(app)
})

const get = async (path: string) =>
  app.send('GET', `/api/admin/audit/${path}`, {
    token: await tokenFor(app, admin),
    ip: freshAddress(),
  })

describe('E-116: no request changes the log', () => {
  for (const path of ['', 'export/', 'head/', 'proof/'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      test(`${method} /api/admin/audit/${path}`, async ({ expect }) => {
        const token = await tokenFor(app, admin)
        const before = await sql('SELECT count(*) AS count FROM audit_events')
        const options = { token, ip: freshAddress(), json: { id: 1 } }
        const answer = await app.send(method, `/api/admin/audit/${path}`, options)
        expect(answer.status).toBe(405)
        expect(answer.headers.get('Allow')).toContain('GET')
        expect(await sql('SELECT count(*) AS count FROM audit_events')).toEqual(before)
      })
})

const NASTY: [string, string][] = [
  ['NUL', 'a\u0000b'],
  ['half a character', 'a\ud800b'],
  ['the other half', 'a\udc00'],
  ['text that turns round', 'safe\u202etxt.exe\u2066'],
  ['ten kilobytes', 'x'.repeat(10_240)],
  ['colours of a terminal', '\u001b[31mred\u001b[0m'],
  ['a line of its own', 'a\r\n{"event":"forged"}'],
  ['a line separator', 'a\u2028b'],
  ['SQL', `'); DROP TABLE audit_events; --`],
  ['a formula', '=cmd|calc'],
  ['no value', ''],
]

describe('row 43 (LG c98403862a): nothing that a field may hold stops the log', () => {
  for (const [what, text] of NASTY)
    test(`row 43: ${what}, in every field that others fill`, async ({ expect }) => {
      const { deps } = jobDeps()
      const caller = { ip: '192.0.2.1', country: null, userAgent: text, requestId: 'req_n' }
      const event: AuditEvent = {
        event: 'service_event',
        userId: 'usr_nasty',
        data: { name: text, [`key ${what}`]: text },
      }
      await recordEvent({ ...deps, caller }, event)
      const id = await newestId()
      await sealAll(deps)
      const { entry } = await proveInclusion(deps, id)
      expect((entry as Entry).data?.['name']).toBe(text.toWellFormed())
      const exported = await get(`export/?after=${id - 1}&user=usr_nasty`)
      const lines = exported.text.trim().split('\n')
      const found = lines.filter((line) => line.startsWith('{"entry"'))
      expect(found).toHaveLength(1)
      const line = JSON.parse(found[0] ?? '') as {
        entry: Entry
        personal: { salt: string; ip: string; country: null; user_agent: string }
      }
      expect(canonical(line.entry)).toBe(canonical(entry))
      const { salt, ...personal } = line.personal
      expect(personalHash(salt, personal)).toBe(line.entry.personal)
      const page = await get(`?user=usr_nasty&limit=1`)
      expect(page.body['events']).toMatchObject([{ id, data: { name: text.toWellFormed() } }])
    })
})

test('row 42 (LG 9de40208e2): every number of the database is one, so that none is added as text', async ({
  expect,
}) => {
  const tables = await sql<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'
      AND name NOT LIKE 'sqlite%' AND name <> 'd1_migrations'`,
  )
  const checked = []
  for (const { name } of tables) {
    const columns = await sql<{ name: string; type: string }>(`PRAGMA table_info("${name}")`)
    for (const column of columns.filter(({ type }) => type.toUpperCase() === 'INTEGER')) {
      const types = await sql<{ type: string }>(
        `SELECT DISTINCT typeof("${column.name}") AS type FROM "${name}"`,
      )
      expect(
        types.map(({ type }) => type).filter((type) => type !== 'null' && type !== 'integer'),
        `${name}.${column.name}`,
      ).toEqual([])
      checked.push(`${name}.${column.name}`)
    }
  }
  expect(checked).toContain('users.security_epoch')
  expect(checked).toContain('audit_events.at')
})

test('row 41 (AA 0.63.4): no token, code or secret is printed, in a whole life of an account', async ({
  expect,
}) => {
  const secrets: string[] = []
  const log = await collectingLog(async () => {
    const account = await app.hasAccount()
    const challenge = await app.startLogin(account)
    const code = codeIn(await nextMail(account.email))
    const opened = await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code })
    const { access_token = '', refresh_token = '' } = opened.body
    const refreshed = await app.post('/api/auth/refresh/', { refresh_token })
    await app.send('GET', `/api/users/me/`, { token: `${access_token}x` })
    secrets.push(account.password, challenge, access_token, refresh_token)
    secrets.push(refreshed.body.access_token ?? '', refreshed.body.refresh_token ?? '')
    const { AUDIT_KEYS, SIGNING_KEYS } = jobDeps().deps.settings
    secrets.push(...AUDIT_KEYS.map(({ d }) => d), ...SIGNING_KEYS.map(({ d }) => d))
  })
  expect(log).toContain('/api/auth/verify-2fa')
  expect(secrets.every((secret) => secret.length > 10)).toBe(true)
  for (const secret of secrets) expect(log).not.toContain(secret)
  const stored = JSON.stringify(await sql('SELECT * FROM audit_events'))
  for (const secret of secrets) expect(stored).not.toContain(secret)
})

test('E-043: a code is in its mail and nowhere else', async ({ expect }) => {
  const secrets: string[] = []
  const log = await collectingLog(async () => {
    const account = await app.hasAccount()
    const started = await app.post('/api/auth/login/', {
      identifier: account.email,
      password: account.password,
    })
    const code = codeIn(await nextMail(account.email))
    expect(started.text + JSON.stringify([...started.headers])).not.toContain(code)
    // Not in the midst of a longer number, such as a time.
    expect(await storedText()).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`))
    const challenge = started.body.challenge ?? ''
    await verify(app, challenge, code)
    secrets.push(code, account.password, challenge, account.email)
  })
  expect(log).toContain('"event":"request"')
  for (const secret of secrets) expect(log).not.toContain(secret)
})
