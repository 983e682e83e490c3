import { afterAll, beforeAll, describe, test } from 'vitest'
import { sendRaw, startOnSocket } from '../support/e2e/on-socket.ts'

let server: Awaited<ReturnType<typeof startOnSocket>>
beforeAll(async () => {
  server = await startOnSocket()
})
afterAll(() => server.stop())

const request = (framing: string, body: string, path = '/api/auth/login/') =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: auth.phantom.test',
    'Content-Type: application/json',
    framing,
    '',
    body,
  ].join('\r\n')
const chunked = (body: string) => request('Transfer-Encoding: chunked', body)
const ofLength = (length: number, body: string) => request(`Content-Length: ${length}`, body)

const BADLY_FRAMED = {
  'fewer bytes than announced, then FIN': [ofLength(50, '{"a":'), 'ends'],
  'FIN inside of a chunk': [chunked('20\r\n{"a":'), 'ends'],
  'FIN before the last chunk': [chunked('2\r\n{}\r\n'), 'ends'],
  'a size of a chunk that is none': [chunked('ZZ\r\n{}\r\n0\r\n\r\n'), 'stays'],
  'a chunk that is longer than its size': [chunked('2\r\n{"a":1}\r\n0\r\n\r\n'), 'stays'],
} as const

describe('a body that is framed badly, byte for byte', () => {
  test.for(Object.entries(BADLY_FRAMED))('%s: is a 400', async ([, [text, end]], { expect }) => {
    const answer = await sendRaw(server.port, text, end)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"code":"cut_off"')
  })

  test('leaves the next connection alone, as does one whose caller hangs up', async ({
    expect,
  }) => {
    const cut = ofLength(50, '{"a":')
    expect(await sendRaw(server.port, cut, 'resets')).toBe('')
    const whole = request('Content-Length: 2', '{}', '/api/auth/logout/')
    expect(await sendRaw(server.port, whole, 'stays')).toMatch(/^HTTP\/1\.1 401 /)
  })

  test('is not waited for where its head is refused already', async ({ expect }) => {
    const login = ofLength(50, '{"a":')
    const refused = [
      [login.replace('application/json', 'text/plain'), 415],
      [ofLength(16 * 1024 + 1, '{'), 413],
      [request('Content-Length: 50', '{', '/api/users/update/').replace('POST', 'PUT'), 401],
      [request('Content-Length: 50', '{', '/api/nothing/'), 404],
    ] as const
    for (const [text, status] of refused) {
      expect(await sendRaw(server.port, text, 'stays')).toContain(`HTTP/1.1 ${status} `)
    }
  })

  test('leaves no error in the log, and what it was in the line of its request', ({ expect }) => {
    const lines = server.lines().map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(new Set(lines.map(({ level, event }) => [level, event].join(' ')))).toEqual(
      new Set(['info request']),
    )
    expect(lines.filter(({ status }) => status === 400)).toHaveLength(6)
    expect(lines[0]).toMatchObject({ code: 'invalid_request', route: '/api/auth/login' })
    expect(String(lines[0]?.['reason'])).toMatch(/^body cut off: /)
  })
})
