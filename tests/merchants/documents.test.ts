import { createHash } from 'node:crypto'
import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createDeps, type Deps } from '../../src/context'
import { dropLeftovers } from '../../src/jobs/drop-leftovers'
import { broken } from '../support/attack'
import { eventsOf, startApp } from '../support/app'
import type { App } from '../support/acts'
import { ask, change, documentRows, download, FILES, type FileType } from './support'
import { hasMerchant, hasReviewer, inState, named, objectsOf, PROFILE } from './support'
import { submit, upload, withProfile } from './support'

const path = (id: unknown) => `/api/merchants/me/documents/${String(id)}/`

const remove = (app: App, { token }: { token: string }, id: unknown) =>
  app.send('DELETE', path(id), { token })

describe('a document', () => {
  test.for(Object.entries(FILES) as [FileType, (typeof FILES)[FileType]][])(
    'of the type %s comes back as it was, to be saved and never shown',
    async ([type, [name, content]], { expect }) => {
      const app = startApp()
      const merchant = await hasMerchant(app)
      await change(app, merchant, { version: 0, ...PROFILE })
      const odd = `Übersicht (1) – ${name}`
      const stored = await upload(app, merchant, { type, name: odd, body: content })
      const sha256 = createHash('sha256').update(content).digest('hex')
      const entry = { name: odd, type, bytes: content.byteLength, sha256 }
      expect([stored.status, stored.body]).toMatchObject([201, entry])
      expect((await ask(app, merchant)).body['documents']).toEqual([stored.body])
      const file = await download(app, merchant, path(stored.body['id']))
      expect(file.status).toBe(200)
      expect(file.content).toEqual(content)
      const { headers } = file
      expect(headers.get('Content-Type')).toBe(type)
      expect(headers.get('Content-Length')).toBe(String(content.byteLength))
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Content-Security-Policy')).toMatch(/default-src 'none'.*; sandbox$/)
      expect(headers.get('Cache-Control')).toBe('no-store')
      const extension = name.split('.')[1] ?? ''
      expect(headers.get('Content-Disposition')).toBe(
        `attachment; filename="document.${extension}"; filename*=UTF-8''%C3%9Cbersicht%20%281%29%20%E2%80%93%20${name}`,
      )
      const [key = ''] = await objectsOf(merchant)
      expect(key).toMatch(new RegExp(`^merchants/${merchant.id}/doc_[\\w-]{22}$`))
    },
  )

  test('of ten megabytes passes through, in many chunks', async ({ expect }) => {
    const app = startApp()
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    const content = new Uint8Array(10 * 1024 * 1024).fill(120)
    content.set(new TextEncoder().encode('%PDF-1.7\n'))
    content.set(new TextEncoder().encode('%%EOF'), content.length - 5)
    const CHUNK = 100_000
    let at = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= content.length) return controller.close()
        controller.enqueue(content.slice(at, at + CHUNK))
        at += CHUNK
      },
    })
    const headers = { 'Content-Length': String(content.length) }
    const stored = await upload(app, merchant, { body, headers })
    expect([stored.status, stored.body['bytes']]).toEqual([201, content.length])
    expect(stored.body['sha256']).toBe(createHash('sha256').update(content).digest('hex'))
    const { content: back } = await download(app, merchant, path(stored.body['id']))
    expect(Buffer.compare(back, content)).toBe(0)
    const more = await upload(app, merchant, {
      body: 'x',
      headers: { 'Content-Length': String(content.length + 1) },
    })
    expect([more.status, more.body.code]).toEqual([413, 'content_too_large'])
  })

  test('is deleted while the application is open, with its object', async ({ expect }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    expect((await remove(app, merchant, merchant.document)).status).toBe(204)
    expect([await objectsOf(merchant), await documentRows(merchant)]).toEqual([[], []])
    expect((await remove(app, merchant, merchant.document)).body.code).toBe('not_found')
    expect((await app.send('GET', path(merchant.document), merchant)).status).toBe(404)
    const events = (await eventsOf(merchant.email)).map(({ event }) => event)
    expect(events.slice(-2)).toEqual(['merchant_document_stored', 'merchant_document_deleted'])
  })

  test.for(['submitted', 'approved', 'rejected', 'suspended'] as const)(
    'stays when the application is %s',
    async (state, { expect }) => {
      const app = startApp()
      const merchant = await inState(app, await hasReviewer(app), state)
      const answer = await remove(app, merchant, merchant.document)
      expect([answer.body.code, named(answer, 'code')]).toEqual(['merchant_state', [state]])
      expect(await objectsOf(merchant)).toHaveLength(1)
    },
  )

  test('needs a profile that it belongs to', async ({ expect }) => {
    const app = startApp()
    const merchant = await hasMerchant(app)
    const answer = await upload(app, merchant)
    expect([answer.status, answer.body.code]).toEqual([409, 'merchant_state'])
    expect(await documentRows(merchant)).toEqual([])
  })

  test('that is read by a reviewer leaves an event, one read by its merchant none', async ({
    expect,
  }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const merchant = await withProfile(app)
    const theirs = `/api/admin/merchants/${merchant.id}/documents/${merchant.document}/`
    expect((await download(app, merchant, path(merchant.document))).status).toBe(200)
    const file = await download(app, reviewer, theirs)
    expect(file.content).toEqual(FILES['application/pdf'][1])
    const events = (await eventsOf(merchant.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'merchant_document_read')).toHaveLength(1)
  })
})

describe('while the archive is down', () => {
  test('an upload is a clear 503 and leaves nothing, and the profile lives on', async ({
    expect,
  }) => {
    let fault = broken('archive', ['put', 'get', 'delete'], 'fails')
    const app = startApp((deps) => fault(deps))
    const merchant = await hasMerchant(app)
    await change(app, merchant, { version: 0, ...PROFILE })
    const refused = await upload(app, merchant)
    expect([refused.status, refused.body.code]).toEqual([503, 'service_unavailable'])
    expect(await documentRows(merchant)).toEqual([])
    expect((await change(app, merchant, { version: 1, trading_name: 'L' })).status).toBe(200)
    fault = (deps) => deps
    const stored = await upload(app, merchant)
    expect(stored.status).toBe(201)
    fault = broken('archive', ['put', 'get', 'delete'], 'fails')
    expect((await app.send('GET', path(stored.body['id']), merchant)).status).toBe(503)
    expect((await ask(app, merchant)).status).toBe(200)
    // The row goes; what it leaves in the archive is found later.
    expect((await remove(app, merchant, stored.body['id'])).status).toBe(204)
    expect(await objectsOf(merchant)).toHaveLength(1)
    await sweep(app)
    expect(await objectsOf(merchant)).toEqual([])
  })

  test('a database that fails at the end leaves neither row nor object', async ({ expect }) => {
    let batches = Infinity
    const app = startApp((deps) => ({ ...deps, db: failingAfter(deps.db, () => batches-- <= 0) }))
    const merchant = await withProfile(app)
    batches = 1
    expect((await upload(app, merchant)).status).toBe(503)
    batches = Infinity
    expect(await documentRows(merchant)).toHaveLength(1)
    expect(await objectsOf(merchant)).toHaveLength(1)
  })
})

/** A database whose batches fail from some moment on. */
const failingAfter = (db: Deps['db'], hasFailed: () => boolean): Deps['db'] =>
  new Proxy(db, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      if (key !== 'batch' || !hasFailed()) return value.bind(target) as unknown
      return () => Promise.reject(new Error('D1_ERROR: gone'))
    },
  })

/** A run of the job for each of its 64 parts. */
async function sweep(app: App) {
  for (let turn = 0; turn < 64; turn++) {
    const now = new Date(app.now().getTime() + turn * 900_000)
    await dropLeftovers({ ...createDeps(env, () => {}), now: () => now })
  }
}

const runNow = (app: App) => dropLeftovers({ ...createDeps(env, () => {}), now: app.now })

describe('leftovers', () => {
  test('an upload that never ended goes after an hour and not before, with its object', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const key = `merchants/${merchant.id}/doc_half`
    await env.ARCHIVE.put(key, 'half of it')
    await env.DB.prepare(
      `INSERT INTO merchant_documents VALUES (?1, 'doc_half', 'x.pdf', 'application/pdf', NULL, NULL, ?2, ?3, NULL)`,
    )
      .bind(merchant.id, key, app.now().getTime())
      .run()
    app.advance(3590)
    await runNow(app)
    expect(await documentRows(merchant)).toHaveLength(2)
    app.advance(10)
    await Promise.all([runNow(app), runNow(app)])
    expect(await documentRows(merchant)).toHaveLength(1)
    expect(await objectsOf(merchant)).toEqual([`merchants/${merchant.id}/${merchant.document}`])
  })

  test('objects without a row go, those with one stay, and each run looks at a 64th', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const [key = ''] = await objectsOf(merchant)
    const stray = `merchants/${merchant.id}/doc_stray`
    const nobodys = `merchants/usr_${merchant.id.slice(4, 5)}aaaaaaaaaaaaaaaaaaaaa/doc_x`
    await Promise.all([stray, nobodys].map((name) => env.ARCHIVE.put(name, 'x')))
    let listed = 0
    const counting = new Proxy(env.ARCHIVE, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (name === 'list') listed += 1
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
    await dropLeftovers({ ...createDeps(env, () => {}), now: app.now, archive: counting })
    expect(listed).toBe(1)
    await sweep(app)
    expect(await objectsOf(merchant)).toEqual([key])
    expect(await env.ARCHIVE.head(nobodys)).toBeNull()
    expect((await download(app, merchant, path(merchant.document))).status).toBe(200)
  })

  test('an application that was handed in while a file was on its way does not get it', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const [, content] = FILES['application/pdf']
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await held
        controller.enqueue(content)
        controller.close()
      },
    })
    const headers = { 'Content-Length': String(content.byteLength) }
    const late = upload(app, merchant, { body, headers })
    while ((await documentRows(merchant)).length < 2)
      await new Promise((done) => setTimeout(done, 5))
    expect((await submit(app, merchant, 1)).status).toBe(200)
    release()
    expect((await late).body.code).toBe('merchant_state')
    expect(await documentRows(merchant)).toHaveLength(1)
    expect(await objectsOf(merchant)).toHaveLength(1)
  })
})
