import { describe, test } from 'vitest'
import { BODIES, openApp, openEndpoints } from '../support/bodies'

const app = openApp()
const JSON_TYPE = { 'Content-Type': 'application/json' }
const sendRaw = (path: string, raw: BodyInit, headers: Record<string, string> = JSON_TYPE) =>
  app.send('POST', path, { raw, headers })
const send = (path: string, json: unknown) => app.post(path, json)
const pointersOf = (answer: { body: Record<string, unknown> }) =>
  (answer.body['errors'] as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer)

test('every endpoint that anyone can send a body to is tried below', ({ expect }) => {
  expect(Object.keys(BODIES)).toEqual(expect.arrayContaining(openEndpoints()))
})

describe.for(Object.entries(BODIES))('%s', ([path, good]) => {
  test('takes the body that the others are variations of', async ({ expect }) => {
    const answer = await send(path, good)
    // With a wrong secret there is no such place.
    const expected = path === '/api/admin/bootstrap/' ? [404] : [200, 202, 401, 400]
    expect(expected).toContain(answer.status)
    expect(answer.body.code).not.toBe('invalid_request')
  })

  test('E-084 refuses every other type where text belongs', async ({ expect }) => {
    for (const field of Object.keys(good)) {
      for (const value of [[], ['a'], {}, { $ne: null }, 1, true, null]) {
        const answer = await send(path, { ...good, [field]: value })
        expect([field, answer.status, answer.body.code]).toEqual([field, 400, 'invalid_request'])
        expect(pointersOf(answer)).toEqual([`#/${field}`])
      }
    }
    for (const value of [[], [good], 'text', 1, null, true]) {
      expect(pointersOf(await send(path, value))).toEqual(['#'])
    }
  })

  test('E-085 refuses numbers, depths and crowds that parsers choke on', async ({ expect }) => {
    const [first = ''] = Object.keys(good)
    for (const number of ['1e400', '-0', '9007199254740993']) {
      const answer = await sendRaw(path, `{"${first}":${number}}`)
      expect([number, answer.status, pointersOf(answer)]).toEqual([number, 400, [`#/${first}`]])
    }
    const deep = await sendRaw(path, `{"${first}":${'['.repeat(7_000)}${']'.repeat(7_000)}}`)
    expect([deep.status, deep.body.code]).toEqual([400, 'invalid_request'])
    expect((await sendRaw(path, '['.repeat(10_000))).body.code).toBe('malformed_json')
    const crowd = `{${Array.from({ length: 1_200 }, (_, index) => `"k${index}":0`).join()}}`
    expect(pointersOf(await sendRaw(path, crowd))?.length).toBe(20)
    const million = `{${'"k":0,'.repeat(1_000_000)}"k":0}`
    expect((await sendRaw(path, million)).status).toBe(413)
  })

  test('E-086 refuses a name that stands twice, and a query', async ({ expect }) => {
    const [[name, value] = ['', '']] = Object.entries(good)
    const rest = JSON.stringify(good).slice(1)
    const twice = await sendRaw(path, `{"${name}":${JSON.stringify(value)},${rest}`)
    expect([twice.status, pointersOf(twice)]).toEqual([400, [`#/${name}`]])
    const escaped = `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`
    const hidden = await sendRaw(path, `{"${escaped}":"other",${rest}`)
    expect([hidden.status, pointersOf(hidden)]).toEqual([400, [`#/${name}`]])
    const query = await send(`${path}?${name}=a&${name}=b`, good)
    expect([query.status, query.body.code]).toEqual([400, 'invalid_request'])
  })

  test('E-087 refuses names that reach prototypes', async ({ expect }) => {
    const rest = JSON.stringify(good).slice(1)
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const answer = await sendRaw(path, `{"${name}":{"role":"admin","polluted":true},${rest}`)
      expect([answer.status, pointersOf(answer)]).toEqual([400, [`#/${name}`]])
      expect((await send(`${path}?${name}[polluted]=1`, good)).status).toBe(400)
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
      expect((await sendRaw(path, `${name}[polluted]=1`, form)).status).toBe(415)
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('refuses fields that it does not know, each by its name', async ({ expect }) => {
    const answer = await send(path, { ...good, role2: 'admin', 'a/b': 1 })
    expect([answer.status, pointersOf(answer)]).toEqual([400, ['#/role2', '#/a~1b']])
  })

  test('E-089, row 28 (CVE-2026-44456) refuses a large body, whatever is said about its length', async ({
    expect,
  }) => {
    const padding = (bytes: number) => `${JSON.stringify(good)}${' '.repeat(bytes)}`
    const size = 16 * 1024
    const rest = size - JSON.stringify(good).length
    expect((await sendRaw(path, padding(rest))).status).not.toBe(413)
    expect((await sendRaw(path, padding(rest + 1))).status).toBe(413)

    let pulled = 0
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1
          if (pulled > 1_000) controller.close()
          else controller.enqueue(new Uint8Array(10_240).fill(32))
        },
      })
    expect((await sendRaw(path, endless())).status).toBe(413)
    expect(pulled).toBeLessThan(10)
    for (const length of ['10', '-1', 'ten']) {
      pulled = 0
      const lies = { ...JSON_TYPE, 'Content-Length': length }
      expect([length, (await sendRaw(path, endless(), lies)).status]).toEqual([length, 413])
      expect(pulled).toBeLessThan(10)
    }

    for (const coding of ['gzip', 'br', 'identity']) {
      const packed = await sendRaw(path, JSON.stringify(good), {
        ...JSON_TYPE,
        'Content-Encoding': coding,
      })
      expect(packed.status).toBe(415)
    }
  })

  test('E-090 refuses what is not UTF-8', async ({ expect }) => {
    const [first = ''] = Object.keys(good)
    const wrap = (...bytes: number[]) =>
      new Uint8Array([...new TextEncoder().encode(`{"${first}":"`), ...bytes, 0x22, 0x7d])
    const bad = [wrap(0xc3, 0x28), wrap(0xc0, 0xaf), wrap(0xed, 0xa0, 0x80), wrap(0xff)]
    const text = JSON.stringify(good)
    const utf16 = Uint8Array.from(text.split('').flatMap((char) => [char.charCodeAt(0), 0]))
    for (const raw of [
      ...bad,
      utf16,
      new TextEncoder().encode(`\ufeff${text}`),
      '',
      '{',
      `${text}x`,
    ]) {
      const answer = await sendRaw(path, raw)
      expect([answer.status, answer.body.code]).toEqual([400, 'malformed_json'])
    }
    const half = await sendRaw(path, `{"${first}":"\\ud800"}`)
    expect([half.status, pointersOf(half)]).toEqual([400, [`#/${first}`]])
  })

  test('E-092 takes application/json in UTF-8 and no other type', async ({ expect }) => {
    const text = JSON.stringify(good)
    for (const type of [
      'text/plain',
      'text/json',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=utf-7',
      'application/json; charset=utf-16',
      'application/json; charset=utf-8; charset=utf-7',
      'application/json, text/plain',
      'text/plain, application/json',
      'application/json; boundary=x',
      'application/jsonx',
      'application/problem+json',
      '',
    ]) {
      const answer = await sendRaw(path, text, { 'Content-Type': type })
      expect([type, answer.status, answer.body.code]).toEqual([type, 415, 'unsupported_media_type'])
    }
    // A body of bytes brings no type of its own.
    expect((await sendRaw(path, new TextEncoder().encode(text), {})).status).toBe(415)
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      expect((await sendRaw(path, text, { 'Content-Type': type })).status).not.toBe(415)
    }
  })

  test('E-093 answers to POST alone, and to no claim of another method', async ({ expect }) => {
    for (const method of [
      'GET',
      'HEAD',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
    ]) {
      const answer = await app.send(method, path)
      expect([method, answer.status, answer.headers.get('Allow')]).toEqual([method, 405, 'POST'])
    }
    for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const headers = { [header]: 'POST' }
      expect((await app.send('GET', path, { headers })).status).toBe(405)
      const other = await app.post(path, good, {
        headers: { [header]: 'DELETE' },
      })
      expect(other.status).not.toBe(405)
    }
    expect(pointersOf(await send(path, { ...good, _method: 'DELETE' }))).toEqual(['#/_method'])
  })

  test('E-094 lives at one path, with or without the slash at the end', async ({ expect }) => {
    const bare = path.slice(0, -1)
    const last = bare.split('/').at(-1) ?? ''
    const usual = (await send(path, {})).status
    expect(usual).not.toBe(404)
    expect((await send(bare, {})).status).toBe(usual)
    for (const other of [
      `/${path}`,
      path.replace('/api/', '/api//'),
      `${path}/`,
      `${bare};a=b`,
      `${bare}%2f`,
      path.replace('/api/', '/api%2f'),
      path.toUpperCase(),
      `${bare}%00`,
      `${bare}%0a`,
      `${bare}.json`,
      `/v1${path}`,
    ]) {
      const answer = await send(other, {})
      expect([other, answer.status]).toEqual([other, 404])
    }
    // URLs are made plain before routing: these are other spellings of the path, and meet its
    // guard.
    for (const same of [
      path.replace('/api/', '/./api/'),
      path.replace('/api/', '/x/%2e%2e/api/'),
      path.replace(last, `%${last.charCodeAt(0).toString(16)}${last.slice(1)}`),
    ]) {
      expect([same, (await send(same, {})).status]).toEqual([same, usual])
    }
  })

  test('E-125 tells nothing of its inside when a body is bad', async ({ expect }) => {
    const attempts = [
      await sendRaw(path, '{"a":'),
      await sendRaw(path, JSON.stringify({ secret_value: 'hunter2' })),
      await send(path, Object.fromEntries(Object.keys(good).map((name) => [name, ['hunter2']]))),
      await sendRaw(path, 'x', { 'Content-Type': 'text/plain' }),
      await app.post(path, good, {
        headers: { Accept: 'text/html', 'Accept-Language': '*', Range: 'bytes=0-1', Expect: 'x' },
      }),
    ]
    for (const { status, headers, text } of attempts) {
      expect(status).toBeLessThan(500)
      if (status >= 400) {
        expect(headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8')
      }
      expect(text).not.toMatch(
        /hunter2|ZodError|SyntaxError|\bat \w|\.ts\b|node_modules|SELECT|D1_/,
      )
    }
  })
})
