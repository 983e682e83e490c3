import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, test } from 'vitest'
import { documented } from '../support/documented'
import { noJq } from '../support/e2e/by-the-letter'

/** What the service answers by path; `{}` elsewhere. */
const answers: Readonly<Record<string, unknown>> = {
  '/api/admin/audit/': {
    events: [{ user_id: 'usr_b' }, { user_id: 'usr_a' }, { user_id: 'usr_a' }],
  },
  '/api/admin/users/disable/': {
    results: [
      { user_id: 'usr_a', status: 'done' },
      { user_id: 'usr_b', status: 'refused', code: 'user_state' },
    ],
  },
}

/** What was asked: method, path, whether with a token, and the body. */
const asked: unknown[] = []
const server = createServer((request, response) => {
  const { method, url = '', headers } = request
  const body = method === 'GET' ? Promise.resolve(undefined) : json(request)
  void body.then((sent) => {
    asked.push([`${method} ${url}`, headers.authorization, sent])
    response.end(JSON.stringify(answers[url.split('?')[0] ?? ''] ?? {}))
  })
})

const directory = mkdtempSync(join(tmpdir(), 'phantom-shell-'))
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = address instanceof Object ? `http://127.0.0.1:${address.port}` : ''
})
afterAll(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

/** Pastes commands into a shell; what they print. */
async function paste(commands: string): Promise<string[]> {
  asked.length = 0
  const env = { ...process.env, API: url, URL: url, ACCESS: 'access', TOKEN: 'access' }
  const shell = ['-euo', 'pipefail', '-c', commands]
  const { stdout } = await promisify(execFile)('bash', shell, { cwd: directory, env })
  return stdout.trim().split('\n')
}

test('the commands for stolen accounts ask as they are meant to, one answer after the other', async (context) => {
  if (noJq) context.skip(noJq)
  const { expect } = context
  const said = await paste(documented('docs/operations.md', 'users/disable/'))
  expect(said.slice(0, 2)).toEqual([
    '["usr_a","usr_b"]',
    '{"user_id":"usr_b","status":"refused","code":"user_state"}',
  ])
  const by = 'Bearer access'
  const list = (ids: string[]) => ({ user_ids: ids, reason: expect.any(String) as string })
  expect(asked).toEqual([
    ['GET /api/admin/audit/?event=authn_login_success&ip=203.0.113.7&limit=100', by, undefined],
    ['POST /api/admin/users/disable/', by, list(['usr_…', 'usr_…'])],
    // Only what was done goes on.
    ['POST /api/admin/users/enable/', by, list(['usr_a'])],
    ['POST /api/admin/users/end-sessions/', by, list(['usr_a'])],
    ['POST /api/admin/users/reset-password/', by, list(['usr_a'])],
  ])
})

test('the commands for an admin ask as they are meant to', async ({ expect }) => {
  await paste(documented('docs/operations.md', 'curl $URL/api/admin/bootstrap/'))
  const first = { token: '…', email: 'you@your.domain' }
  expect(asked).toEqual([['POST /api/admin/bootstrap/', undefined, first]])
  await paste(documented('docs/operations.md', 'curl $URL/api/users/create/'))
  const second = { email: 'second@your.domain', role: 'admin', bootstrap_token: '…' }
  expect(asked).toEqual([['POST /api/users/create/', 'Bearer access', second]])
})

test('the commands that order an export lose no line of it', async ({ expect }) => {
  const lines = [
    'CREATE TABLE sessions (',
    '  id TEXT);',
    `INSERT INTO "sessions" VALUES('nul \u0000 \u00fc');`,
    'CREATE TABLE users (id TEXT);',
    `INSERT INTO "users" VALUES('usr_1');`,
    'CREATE UNIQUE INDEX one ON users (id);',
    'CREATE TRIGGER two',
    'END;',
  ]
  writeFileSync(join(directory, 'export.sql'), `${lines.join('\n')}\n`)
  const block = documented('docs/operations.md', 'd1 export DB')
  await paste(block.replaceAll(/^npx .*$/gm, ''))
  const load = readFileSync(join(directory, 'load.sql'), 'utf8').trimEnd().split('\n')
  expect(load).toEqual([0, 1, 3, 4, 2, 5, 6, 7].map((at) => lines[at]))
})
