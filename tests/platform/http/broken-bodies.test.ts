import { describe, test } from 'vitest'
import type { Deps } from '../../../src/platform/deps'
import { change, FILES, hasMerchant, objectsOf, PROFILE, upload } from '../../merchants/support'
import { startApp } from '../../support/app'
import { arriving, arrivingAfter, text, trickling } from '../../support/arriving'
import { linesDuring } from '../../support/attack'
import { BODIES } from '../../support/bodies'
import { impatient } from '../../support/patience'
import { withoutLimits } from '../../support/test-deps'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const [, PDF] = FILES['application/pdf']

/** What is said of the one line that a request leaves in the log. */
const told = (lines: readonly Record<string, unknown>[]) =>
  lines.map(({ level, event, status, code }) => [level, event, status, code])

const CUT_OFF: Readonly<Record<string, () => [ReadableStream, Record<string, string>?]>> = {
  'at once': () => [arriving('cut')],
  'in the middle': () => [arriving(text('{"identifier":'), 'cut')],
  'with fewer bytes than announced': () => [arriving(text('{"a":1}')), { 'Content-Length': '50' }],
  'with none of those announced': () => [arriving(), { 'Content-Length': '50' }],
}

describe('a body that is cut off', () => {
  test.for(Object.entries(CUT_OFF))('%s is its sender’s fault', async ([, cut], { expect }) => {
    const app = startApp(withoutLimits)
    for (const path of Object.keys(BODIES)) {
      const [raw, headers] = cut()
      const lines = await linesDuring(async () => {
        const answer = await app.send('POST', path, { raw, headers: { ...JSON_TYPE, ...headers } })
        expect([path, answer.status, answer.body['errors']]).toEqual([
          path,
          400,
          [expect.objectContaining({ pointer: '#', code: 'cut_off' })],
        ])
      })
      expect(told(lines)).toEqual([['info', 'request', 400, 'invalid_request']])
    }
  })

  test('says in the log how it broke off', async ({ expect }) => {
    const app = startApp()
    const send = async (raw: ReadableStream, length: string) => {
      const headers = { ...JSON_TYPE, 'Content-Length': length }
      const [line] = await linesDuring(async () => {
        await app.send('POST', '/api/auth/login/', { raw, headers })
      })
      return line?.['reason']
    }
    expect(await send(arriving(text('{'), 'cut'), '9')).toBe('body cut off: connection lost')
    expect(await send(arriving(text('{')), '9')).toBe('body cut off: 1 of 9 bytes')
  })
})

describe('a body that does not come', () => {
  const HURRIED = { body: 200, request: 500 }
  const hurried = (deps: Deps) => withoutLimits(impatient(deps, HURRIED))

  test.for([
    ['not at all', () => arriving('hangs')],
    ['to its end', () => arriving(text('{"a":'), 'hangs')],
    ['but by drops', () => trickling(' ', 40)],
  ] as const)('%s is given up as late, before the request is', async ([, slow], { expect }) => {
    const app = startApp(hurried)
    const paths = ['/api/auth/login/', '/api/auth/logout/', '/api/users/create/']
    const lines = await linesDuring(async () => {
      const answers = await Promise.all(
        paths.map((path) => app.send('POST', path, { raw: slow(), headers: JSON_TYPE })),
      )
      for (const { status, body } of answers) {
        expect([status, body.code]).toEqual([408, 'request_timeout'])
      }
    })
    expect(told(lines)).toEqual(paths.map(() => ['info', 'request', 408, 'request_timeout']))
  })

  test('does not take its time from the stores, nor give them its own', async ({ expect }) => {
    // The body alone takes longer than the 1,000 ms of a request, and a store has as many again.
    const slow = (storeMs: number) =>
      startApp((deps) => ({
        ...withoutLimits({ ...deps, patience: { ...deps.patience, request: 1_000 } }),
        kv: new Proxy(deps.kv, {
          get: () => () =>
            new Promise((resolve) => setTimeout(() => resolve({ value: null }), storeMs)),
        }),
      }))
    const send = (storeMs: number) =>
      slow(storeMs).send('POST', '/api/auth/login/', {
        raw: arrivingAfter(1_200, '{"identifier":"nobody@example.com","password":"not the one"}'),
        headers: JSON_TYPE,
      })
    const [inTime, late] = await Promise.all([send(700), send(1_500)])
    expect(inTime.body.code).toBe('invalid_credentials')
    expect(late.body.code).toBe('service_unavailable')
  })
})

test('a body of 16 KiB is read, and one byte more is too large, said or not', async ({
  expect,
}) => {
  const app = startApp(withoutLimits)
  const send = async (sizes: readonly number[], length?: number) => {
    const raw = arriving(...sizes.map((size) => text(' '.repeat(size))))
    const headers = { ...JSON_TYPE, ...(length !== undefined && { 'Content-Length': `${length}` }) }
    return (await app.send('POST', '/api/auth/login/', { raw, headers })).body.code
  }
  const most = 16 * 1024
  expect(await send([most])).toBe('malformed_json')
  expect(await send([most - 1, 1], most)).toBe('malformed_json')
  expect(await send([most + 1])).toBe('content_too_large')
  expect(await send([1, most])).toBe('content_too_large')
  expect(await send([most, 1], most)).toBe('content_too_large')
  expect(await send([1], most + 1)).toBe('content_too_large')
  expect(await send([])).toBe('malformed_json')
})

describe('a file', () => {
  test('that trickles is given up as late, and leaves no object', async ({ expect }) => {
    const app = startApp((deps) => ({ ...deps, patience: { ...deps.patience, file: 300 } }))
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    const headers = { 'Content-Length': '1000000' }
    const files = [arriving('hangs'), arriving(PDF, 'hangs'), trickling('%PDF-1.7', 40)]
    const lines = await linesDuring(async () => {
      const sent = files.map((body) => upload(app, merchant, { body, headers }))
      for (const { status, body } of await Promise.all(sent)) {
        expect([status, body.code]).toEqual([408, 'request_timeout'])
      }
    })
    expect(told(lines)).toEqual(files.map(() => ['info', 'request', 408, 'request_timeout']))
    expect(await objectsOf(merchant)).toEqual([])
  })

  test('whose archive breaks off after the first piece is ours to answer for', async ({
    expect,
  }) => {
    const breaking = async (_key: string, readable: ReadableStream) => {
      const reader = readable.getReader()
      await reader.read()
      await reader.cancel(new Error('no space'))
      // The stream has ended by then, and the next write fails with what ended it.
      await new Promise((resolve) => setTimeout(resolve, 30))
      throw new Error('R2 is down')
    }
    const app = startApp((deps) => ({
      ...deps,
      archive: new Proxy(deps.archive, {
        get: (target, key) => (key === 'put' ? breaking : Reflect.get(target, key).bind(target)),
      }),
    }))
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    const body = arriving(PDF.slice(0, 9), PDF.slice(9, 20), PDF.slice(20))
    const headers = { 'Content-Length': String(PDF.length) }
    const [error, line] = await linesDuring(async () => {
      expect((await upload(app, merchant, { body, headers })).status).toBe(503)
    })
    expect(error).toMatchObject({ event: 'sys_error', code: 'service_unavailable' })
    expect(line).toMatchObject({ reason: 'archive: R2 is down' })
  })

  test('has longer than a request', async ({ expect }) => {
    const app = startApp((deps) => ({ ...deps, patience: { ...deps.patience, request: 400 } }))
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    const headers = { 'Content-Length': String(PDF.length) }
    const sent = await upload(app, merchant, { body: arrivingAfter(600, PDF), headers })
    expect(sent.status).toBe(201)
  })

  test('whose archive hangs is no late file', async ({ expect }) => {
    const hanging = () =>
      new Promise((_, reject) => setTimeout(() => reject(new Error('slow')), 1_000))
    const app = startApp((deps) => ({
      ...deps,
      patience: { ...deps.patience, file: 300, request: 500 },
      archive: new Proxy(deps.archive, {
        get: (target, key) => (key === 'put' ? hanging : Reflect.get(target, key).bind(target)),
      }),
    }))
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    expect((await upload(app, merchant)).body.code).toBe('service_unavailable')
  })
})
