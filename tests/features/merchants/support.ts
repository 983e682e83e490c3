import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createApp } from '../../../src/app'
import type { App } from '../../support/acts'
import { insertUser, tokenFor } from '../../support/admins'
import { freshAddress, ORIGIN } from '../../support/app'

/** A merchant without a profile, signed in. */
export async function hasMerchant(app: App) {
  const id = await insertUser(app, 'merchant')
  const email = await env.DB.prepare('SELECT email FROM users WHERE id = ?')
    .bind(id)
    .first<string>('email')
  return {
    id,
    email: email ?? '',
    token: await tokenFor(app, { id }, 'email'),
  }
}

export async function hasReviewer(app: App) {
  const id = await insertUser(app, 'admin')
  return { id, token: await tokenFor(app, { id }) }
}

/** Everything that a submission asks for, of a company that there is (Royal Philips). */
export const PROFILE = {
  legal_name: 'Lovelace Trading B.V.',
  country: 'NL',
  registration_number: '17001910',
  tax_number: 'NL004495445B01',
  address: 'Herengracht 1, 1015 BA Amsterdam',
  contact_name: 'Ada Lovelace',
  phone: '020 555 0123',
  website: 'https://lovelace.shop',
}

type Who = { token: string }

export const ask = (app: App, { token }: Who, path = '/api/merchants/me/') =>
  app.send('GET', path, { token })

export const change = (app: App, { token }: Who, json: unknown) =>
  app.post('/api/merchants/me/', json, { token, ip: freshAddress() })

export const submit = (app: App, { token }: Who, version: unknown) =>
  app.post('/api/merchants/me/submit/', { version }, { token, ip: freshAddress() })

export const REASON = 'As the register says: all is well'

export const decide = (
  app: App,
  { token }: Who,
  userId: string,
  decision: string,
  version: unknown,
  reason: unknown = REASON,
) =>
  app.post(
    `/api/admin/merchants/${userId}/${decision}/`,
    { version, reason },
    { token, ip: freshAddress() },
  )

/** The smallest file of each type that is one, and its name. */
export const FILES = {
  'application/pdf': ['extract.pdf', bytes('%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n')],
  'image/png': [
    'scan.png',
    bytes('\x89PNG\r\n\x1a\n\0\0\0\rIHDR' + '\x01'.repeat(17) + '\0\0\0\0IEND\xae\x42\x60\x82'),
  ],
  'image/jpeg': ['scan.jpg', bytes('\xff\xd8\xff\xe0' + 'x'.repeat(40) + '\xff\xd9')],
} as const

export type FileType = keyof typeof FILES

/** One byte a character. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

type Upload = {
  type?: string
  name?: string
  body?: BodyInit
  headers?: Record<string, string>
}

/** Sends a document; by default a good PDF with honest headers. */
export function upload(app: App, { token }: Who, given: Upload = {}) {
  const { type = 'application/pdf', name = 'extract.pdf', body, headers } = given
  const raw = body ?? FILES['application/pdf'][1]
  const length = raw instanceof Uint8Array ? raw.byteLength : 0
  return app.send('POST', '/api/merchants/me/documents/', {
    raw,
    token,
    ip: freshAddress(),
    headers: {
      'Content-Type': type,
      'Content-Length': String(length),
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      ...headers,
    },
  })
}

/** A file as it was stored: `send` reads text, which bytes do not survive. */
export async function download(app: App, { token }: Who, path: string) {
  const headers = { Authorization: `Bearer ${token}`, 'CF-Connecting-IP': app.address }
  const ctx = createExecutionContext()
  const service = createApp((deps) => ({ ...deps, now: app.now }))
  const answer = await service.fetch(new Request(`${ORIGIN}${path}`, { headers }), env, ctx)
  const content = new Uint8Array(await answer.arrayBuffer())
  await waitOnExecutionContext(ctx)
  return { status: answer.status, headers: answer.headers, content }
}

/** A merchant whose application is complete, and its version. */
export async function withProfile(app: App, profile: object = PROFILE) {
  const merchant = await hasMerchant(app)
  const changed = await change(app, merchant, { version: 0, ...profile })
  if (changed.status !== 200) throw new Error(`profile: ${changed.text}`)
  const stored = await upload(app, merchant)
  if (stored.status !== 201) throw new Error(`document: ${stored.text}`)
  return { ...merchant, document: String(stored.body['id']), version: 1 }
}

/** The decisions that lead from a submission to each state. */
const WAYS = {
  submitted: [],
  approved: ['approve'],
  rejected: ['reject'],
  changes_requested: ['request-changes'],
  suspended: ['approve', 'suspend'],
} as const

export type Reached = 'draft' | keyof typeof WAYS

/** A merchant whose application has come to a state, by way of the API. */
export async function inState(app: App, reviewer: Who, state: Reached, profile: object = PROFILE) {
  const merchant = await withProfile(app, profile)
  if (state === 'draft') return merchant
  const submitted = await submit(app, merchant, 1)
  if (submitted.status !== 200) throw new Error(`submit: ${submitted.text}`)
  let version = 2
  for (const decision of WAYS[state]) {
    const decided = await decide(app, reviewer, merchant.id, decision, version)
    if (decided.status !== 200) throw new Error(`${decision}: ${decided.text}`)
    version += 1
  }
  return { ...merchant, version }
}

/** The objects that the archive has of a merchant. */
export const objectsOf = async ({ id }: { id: string }) =>
  (await env.ARCHIVE.list({ prefix: `merchants/${id}/` })).objects.map(({ key }) => key)

/** The rows of a merchant's documents, whole or not. */
export const documentRows = async ({ id }: { id: string }) =>
  (
    await env.DB.prepare('SELECT * FROM merchant_documents WHERE user_id = ? ORDER BY name')
      .bind(id)
      .run()
  ).results

/** The pointers or codes that a refusal names. */
export const named = (answer: { body: Record<string, unknown> }, key: 'pointer' | 'code') =>
  ((answer.body['errors'] ?? []) as Record<string, string>[]).map((error) => error[key])
