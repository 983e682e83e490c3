import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import {
  bytes,
  change,
  documentRows,
  download,
  FILES,
  hasMerchant,
  named,
  objectsOf,
  PROFILE,
  upload,
} from '../features/merchants/support'
import type { App } from '../support/acts'
import { startApp } from '../support/app'
import { arriving, text } from '../support/arriving'
import { visible } from '../support/attack'
import { many } from '../support/many'

const [, PDF] = FILES['application/pdf']
const [, PNG] = FILES['image/png']

async function applicant(app: App) {
  const merchant = await hasMerchant(app)
  await change(app, merchant, { version: 0, ...PROFILE })
  return merchant
}

type Sent = Parameters<typeof upload>[2]

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

const lengthOf = (length: number | string) => ({ 'Content-Length': String(length) })

/** The last chunk of a PNG. */
const IEND = '\0\0\0\0IEND\xae\x42\x60\x82'

/**
 * A document with an archive of no files behind it, whose comment ends as the document has to end.
 */
const archive = (document: Uint8Array, comment: string) =>
  joined(
    document,
    bytes('PK\x05\x06' + '\0'.repeat(16) + String.fromCharCode(comment.length) + '\0' + comment),
  )

const HOSTILE: readonly (readonly [string, Sent, number, string])[] = [
  ['HTML that says it is PDF', { body: text('<script>alert(1)</script>') }, 400, 'type'],
  ['PDF that says it is PNG', { type: 'image/png', name: 'a.png' }, 400, 'type'],
  ['PNG and HTML in one', { ...png(joined(PNG, text('<script>'))) }, 400, 'type'],
  [
    'PDF and an archive in one',
    { body: joined(PDF, text('PK\x05\x06'), PDF.slice(0, 9)) },
    400,
    'type',
  ],
  ['a PDF that is an archive with a comment', { body: archive(PDF, '\n%%EOF\n') }, 400, 'type'],
  ['a PNG that is one', png(archive(PNG, IEND)), 400, 'type'],
  ['HTML in front of PDF', { body: joined(text('<!--'), PDF) }, 400, 'type'],
  ['half a PDF', { body: PDF.slice(0, -8) }, 400, 'type'],
  ['no bytes', { body: new Uint8Array(0) }, 400, 'length'],
  ['no bytes where there should be', { body: arriving(), headers: lengthOf(31) }, 400, 'length'],
  ['fewer bytes than said', { headers: lengthOf(PDF.length + 1) }, 400, 'length'],
  ['more bytes than said', { headers: lengthOf(PDF.length - 1) }, 400, 'length'],
  ['a length in words', { headers: lengthOf('31 bytes') }, 411, 'length_required'],
  ['a negative length', { headers: lengthOf(-1) }, 411, 'length_required'],
  ['a length in hex', { headers: lengthOf('0x1f') }, 411, 'length_required'],
  ['eleven megabytes, as said', { headers: lengthOf(11 * 1024 * 1024) }, 413, 'content_too_large'],
  [
    'eleven megabytes, said to be 31 bytes',
    { body: arriving(PDF, new Uint8Array(11 * 1024 * 1024)), headers: lengthOf(31) },
    400,
    'length',
  ],
  [
    'a connection that is lost half-way',
    { body: arriving(PDF.slice(0, 20), 'cut'), headers: lengthOf(PDF.length) },
    400,
    'cut_off',
  ],
  [
    'a connection that is lost at once',
    { body: arriving('cut'), headers: lengthOf(PDF.length) },
    400,
    'cut_off',
  ],
  ['a form', { type: 'multipart/form-data; boundary=x' }, 415, 'unsupported_media_type'],
  ['SVG', { type: 'image/svg+xml', name: 'a.svg' }, 415, 'unsupported_media_type'],
  ['a type with parameters', { type: 'application/pdf; x=1' }, 415, 'unsupported_media_type'],
  ['packed', { headers: { 'Content-Encoding': 'gzip' } }, 415, 'unsupported_media_type'],
  ['JSON', { type: 'application/json', body: '{}' }, 415, 'unsupported_media_type'],
  ['no name', { headers: { 'Content-Disposition': 'attachment' } }, 400, 'file_name'],
  ['a way out', { name: '../../usr_x/doc_y.pdf' }, 400, 'file_name'],
  ['a way out on Windows', { name: '..\\a.pdf' }, 400, 'file_name'],
  ['a root', { name: '/etc/passwd.pdf' }, 400, 'file_name'],
  ['a header in the name', { name: 'a\r\nSet-Cookie: x=1.pdf' }, 400, 'file_name'],
  ['a name that ends elsewhere', { name: 'a.pdf.exe' }, 400, 'file_name'],
  ['a name read backwards', { name: 'a\u202efdp.exe.pdf' }, 400, 'file_name'],
]

function png(body: Uint8Array<ArrayBuffer>): Sent {
  return { type: 'image/png', name: 'a.png', body }
}

describe('hostile uploads', () => {
  test('are refused with what is wrong, and leave neither row nor object', async ({ expect }) => {
    const app = startApp()
    const merchant = await applicant(app)
    for (const [what, sent, status, code] of HOSTILE) {
      const answer = await upload(app, merchant, sent)
      const [detail = answer.body.code] = named(answer, 'code')
      expect([what, answer.status, detail]).toEqual([what, status, code])
      expect([what, await documentRows(merchant), await objectsOf(merchant)]).toEqual([
        what,
        [],
        [],
      ])
    }
    const unsaid = { 'Content-Disposition': '' }
    expect((await upload(app, merchant, { headers: unsaid })).status).toBe(400)
    expect((await upload(app, merchant)).status).toBe(201)
  })

  test('a length that is not said is asked for', async ({ expect }) => {
    const app = startApp()
    const merchant = await applicant(app)
    const answer = await app.send('POST', '/api/merchants/me/documents/', {
      raw: PDF,
      token: merchant.token,
      headers: {
        'Content-Type': 'application/pdf',
        'Content-Disposition': 'attachment; filename=a.pdf',
      },
    })
    expect([answer.status, answer.body.code]).toEqual([411, 'length_required'])
  })

  test('of many at once ten are stored, each whole, under names of ours', async ({ expect }) => {
    const app = startApp()
    const merchant = await applicant(app)
    // More than the ten that fit.
    const uploads = Array.from({ length: 10 + many(40) }, () =>
      upload(app, merchant, { name: 'same.pdf' }),
    )
    const answers = await Promise.all(uploads)
    const stored = answers.filter(({ status }) => status === 201)
    expect(stored).toHaveLength(10)
    const refused = answers.filter(({ status }) => status !== 201)
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['too_many_documents']))
    const rows = await documentRows(merchant)
    expect(rows.map(({ name, stored_at: at }) => [name, at !== null])).toEqual(
      Array(10).fill(['same.pdf', true]),
    )
    expect((await objectsOf(merchant)).toSorted()).toEqual(
      rows.map(({ object_key: key }) => String(key)).toSorted(),
    )
    const ids = stored.map(({ body }) => String(body['id']))
    expect(new Set(ids).size).toBe(10)
    const { token } = merchant
    await app.send('DELETE', `/api/merchants/me/documents/${ids[0] ?? ''}/`, { token })
    expect((await upload(app, merchant)).status).toBe(201)
  })
})

test('E-128: an object has no address of its own, and its name does not come from outside', async ({
  expect,
}) => {
  const app = startApp()
  const [merchant, other] = [await applicant(app), await applicant(app)]
  const id = String((await upload(app, merchant)).body['id'])
  const [key = ''] = await objectsOf(merchant)
  const unknown = await app.send('GET', '/api/merchants/me/documents/doc_nothing/', other)
  expect(unknown.status).toBe(404)
  for (const path of [
    `/api/merchants/me/documents/${id}/`,
    `/api/merchants/me/documents/${encodeURIComponent(key)}/`,
    `/api/merchants/me/documents/..%2F${merchant.id}%2F${id}/`,
    `/api/merchants/me/documents/%00/`,
  ]) {
    const answer = await app.send('GET', path, other)
    expect([path, visible(answer)]).toEqual([path, visible(unknown)])
  }
  for (const path of [`/${key}`, `/archive/${key}`, `/merchants/${id}`, `/assets/${id}.pdf`]) {
    expect([path, (await app.send('GET', path, merchant)).status]).toEqual([path, 404])
  }
  const bare = await app.send('GET', `/api/merchants/me/documents/${id}/`)
  expect(bare.status).toBe(401)
  expect((await download(app, merchant, `/api/merchants/me/documents/${id}/`)).status).toBe(200)
  expect(await env.ARCHIVE.head(key)).not.toBeNull()
})
