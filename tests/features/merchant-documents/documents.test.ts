import { createHash } from 'node:crypto'
import { SELF } from 'cloudflare:test'
import { describe, test } from 'vitest'
import type { App } from '../../support/acts'
import { ORIGIN, startApp } from '../../support/app'
import { eventsOf } from '../../support/rows-of'
import {
  ask,
  change,
  documentRows,
  download,
  FILES,
  type FileType,
  hasMerchant,
  hasReviewer,
  inState,
  named,
  objectsOf,
  PROFILE,
  upload,
  withProfile,
} from '../merchants/support'

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

test('an ordinary HTTP client sends a document', async ({ expect }) => {
  const app = startApp()
  const { token } = await withProfile(app)
  const [name, content] = FILES['image/png']
  const answer = await SELF.fetch(`${ORIGIN}/api/merchants/me/documents/`, {
    method: 'POST',
    body: content,
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'image/png',
      'Content-Disposition': `attachment; filename="${name}"`,
    },
  })
  expect(answer.status).toBe(201)
  const { id } = await answer.json<{ id: string }>()
  const headers = { Authorization: `Bearer ${token}` }
  const back = await SELF.fetch(`${ORIGIN}${path(id)}`, { headers })
  expect(back.headers.get('Content-Length')).toBe(String(content.byteLength))
  expect(new Uint8Array(await back.arrayBuffer())).toEqual(content)
})
