import { describe, test, vi } from 'vitest'
import { change, FILES, hasMerchant, PROFILE, upload } from '../../merchants/support'
import { startApp } from '../../support/app'
import { arriving, arrivingAfter, text } from '../../support/arriving'
import { withoutLimits } from '../../support/test-deps'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const [, PDF] = FILES['application/pdf']

/** A body of one piece, that stays open; and whether it was given up. */
function open(piece: Uint8Array) {
  const cancel = vi.fn<() => void>()
  return { body: new ReadableStream({ start: (it) => it.enqueue(piece), cancel }), cancel }
}

describe('a body that is not read to its end is given up', () => {
  test.for([
    ['too long', ' '.repeat(16 * 1024 + 1), 413],
    ['late', '{', 408],
  ] as const)('%s', async ([, piece, status], { expect }) => {
    const app = startApp((deps) => ({ ...deps, patience: { ...deps.patience, body: 100 } }))
    const { body: raw, cancel } = open(text(piece))
    expect((await app.send('POST', '/api/auth/login/', { raw, headers: JSON_TYPE })).status).toBe(
      status,
    )
    expect(cancel).toHaveBeenCalledOnce()
  })

  test.for([
    ['of another type', text('<script>alert(1)</script>'), 400],
    ['late', PDF.slice(0, 20), 408],
  ] as const)('a file, %s', async ([, piece, status], { expect }) => {
    const app = startApp((deps) => ({ ...deps, patience: { ...deps.patience, file: 100 } }))
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    const { body, cancel } = open(piece)
    const headers = { 'Content-Length': '1000' }
    expect((await upload(app, merchant, { body, headers })).status).toBe(status)
    expect(cancel).toHaveBeenCalledOnce()
  })
})

test('no timer of a request outlives it, however its body comes', async ({ expect }) => {
  const hurried = { request: 400, body: 60_000, finish: 70_000 }
  const inHurry = startApp((deps) =>
    withoutLimits({ ...deps, patience: { ...deps.patience, ...hurried } }),
  )
  const good = '{"identifier":"nobody@example.com","password":"not this one"}'
  const set = vi.spyOn(globalThis, 'setTimeout')
  const cleared = vi.spyOn(globalThis, 'clearTimeout')
  const send = (app: typeof inHurry, raw: BodyInit) =>
    app.send('POST', '/api/auth/login/', { raw, headers: JSON_TYPE })
  await send(inHurry, arrivingAfter(500, good))
  for (const raw of [good, arriving('cut'), arriving(text('{'), 'cut')]) {
    await send(startApp(withoutLimits), raw)
  }
  const long = set.mock.calls.flatMap(([, ms = 0], at) =>
    ms > 1_000 ? [set.mock.results[at]?.value as unknown] : [],
  )
  const ended = new Set<unknown>(cleared.mock.calls.map(([timer]) => timer))
  vi.restoreAllMocks()
  expect(long.length).toBeGreaterThan(8)
  expect(long.filter((timer) => !ended.has(timer))).toEqual([])
})
