import { describe, test, vi } from 'vitest'
import { freshAddress, startApp } from '../support/app'

const app = startApp()
const TOKEN = 'A'.repeat(43)
const send = (path: string, json: unknown) => app.post(path, json, { ip: freshAddress() })
const pointersOf = (answer: { body: Record<string, unknown> }) =>
  (answer.body['errors'] as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer)

describe('text in fields', () => {
  test('E-091 refuses NUL in names and codes, and keeps it in a password', async ({ expect }) => {
    const cases = [
      ['/api/auth/login/', { identifier: 'eve\0@example.com', password: 'x' }, '#/identifier'],
      ['/api/users/create/', { email: 'eve@example.com\0', password: 'x' }, '#/email'],
      [
        '/api/users/create/',
        { email: 'a@example.com', password: 'x', username: 'eve\0' },
        '#/username',
      ],
      ['/api/auth/verify-email/', { token: `${TOKEN}\0` }, '#/token'],
      ['/api/auth/verify-2fa/', { challenge: TOKEN, method: 'email', code: '00000\0' }, '#/code'],
    ] as const
    for (const [path, json, pointer] of cases) {
      const answer = await send(path, json)
      expect([path, answer.status, pointersOf(answer)]).toEqual([path, 400, [pointer]])
    }
    const phrase = 'four quiet otters knit scarves'
    const password = `${phrase}\0tail`
    const ada = await app.signUp({ password })
    const login = (given: string) =>
      send('/api/auth/login/', { identifier: ada.email, password: given })
    expect((await login(password)).status).toBe(200)
    expect((await login(phrase)).status).toBe(401)
  })

  test('E-099 leaves one line in the log, whatever is in the request', async ({ expect }) => {
    const lines: string[] = []
    const levels = ['info', 'warn', 'error'] as const
    const spies = levels.map((level) =>
      vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line)),
    )
    const forged = '{"level":"info","event":"request","status":200}'
    await app.post(
      '/api/auth/login/',
      { identifier: `eve\r\n${forged}\u001b[2J@example.com`, password: `x\n${forged}` },
      { headers: { 'User-Agent': `agent ${forged} \u001b[31m` } },
    )
    await app.send('GET', `/api/%0d%0a${encodeURIComponent(forged)}`)
    for (const spy of spies) spy.mockRestore()
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      // oxlint-disable-next-line no-control-regex -- they are what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|200/)
      expect(JSON.parse(line)).toMatchObject({ event: 'request' })
    }
  })

  test('E-100 answers strings made to stall a pattern at once', async ({ expect }) => {
    const strings = [
      `${'a'.repeat(8_000)}@`,
      `${'a.'.repeat(4_000)}@example.com`,
      `a@${'a.'.repeat(4_000)}com`,
      `a@${'-'.repeat(8_000)}`,
      `${'('.repeat(8_000)}a@b.co`,
      ' '.repeat(8_000),
      '\t'.repeat(4_000),
    ]
    const ip = freshAddress()
    const tryOut = async (text: string) => {
      const startedAt = performance.now()
      const login = { identifier: text, password: text }
      const { status } = await app.post('/api/auth/login/', login, {
        headers: { 'User-Agent': text },
        ip,
      })
      return { status, took: performance.now() - startedAt }
    }
    await tryOut('@')
    for (const text of strings) {
      // The quickest of three: a busy machine is no pattern that stalls.
      const tries = [await tryOut(text), await tryOut(text), await tryOut(text)]
      expect(tries.map(({ status }) => status)).toEqual([400, 400, 400])
      expect(Math.min(...tries.map(({ took }) => took))).toBeLessThan(50)
    }
  })

  test('E-101 refuses names that look like others', async ({ expect }) => {
    const { email, password } = app.newAccount()
    for (const username of [
      'аdmin',
      'adm\u200bin',
      '\u202enimda',
      'ａｄｍｉｎ',
      'admin',
      'adm1n',
    ]) {
      const answer = await send('/api/users/create/', { email, password, username })
      expect([username, answer.status, pointersOf(answer)]).toEqual([username, 400, ['#/username']])
    }
  })

  test('E-102 takes template marks literally', async ({ expect }) => {
    const marks = '{{7*7}} ${7*7} %s%n <%= 7*7 %> #{7*7}'
    const account = app.newAccount()
    const created = await send('/api/users/create/', { ...account, username: '{{7*7}}' })
    expect([created.status, pointersOf(created)]).toEqual([400, ['#/username']])
    const password = `four quiet otters ${marks}`
    const ada = await app.signUp({ password })
    const login = (given: string) =>
      send('/api/auth/login/', { identifier: ada.email, password: given })
    expect((await login(password)).status).toBe(200)
    expect((await login(password.replaceAll('7*7', '49'))).status).toBe(401)
  })
})
