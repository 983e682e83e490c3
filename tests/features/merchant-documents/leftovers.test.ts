import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { purgeOrphans } from '../../../src/features/merchant-documents/purge-orphans'
import { eraseAccounts } from '../../../src/features/privacy/erase-accounts'
import type { Deps } from '../../../src/platform/deps'
import type { App } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { broken } from '../../support/attack'
import { rowsOf } from '../../support/rows-of'
import { testDeps } from '../../support/test-deps'
import {
  ask,
  change,
  documentRows,
  FILES,
  hasMerchant,
  hasReviewer,
  inState,
  objectsOf,
  PROFILE,
  REASON,
  submit,
  upload,
  withProfile,
} from '../merchants/support'

const path = (id: unknown) => `/api/merchants/me/documents/${String(id)}/`

const remove = (app: App, { token }: { token: string }, id: unknown) =>
  app.send('DELETE', path(id), { token })

test('a document goes with its account, and until then the export names it', async ({ expect }) => {
  const app = startApp()
  const merchant = await inState(app, await hasReviewer(app), 'changes_requested')
  const { token } = merchant
  const own = await app.send('GET', '/api/users/me/export/', { token, ip: freshAddress() })
  const steps = [{ to: 'submitted' }, { to: 'changes_requested', reason: REASON }]
  expect(own.body).toMatchObject({
    merchant_profile: { legal_name: PROFILE.legal_name },
    merchant_documents: [{ id: merchant.document, name: 'extract.pdf' }],
    merchant_history: steps,
  })
  // Who decided is nobody's business but the reviewers'.
  expect(JSON.stringify(own.body['merchant_history'])).not.toContain('usr_')
  await env.DB.prepare('UPDATE users SET erasure_due_at = ? WHERE id = ?')
    .bind(app.now().getTime() - 1, merchant.id)
    .run()
  await eraseAccounts(testDeps({ now: app.now }))
  expect(await documentRows(merchant)).toEqual([])
  expect(await objectsOf(merchant)).toEqual([])
  expect([...(await rowsOf(merchant.id)).entries()].filter(([, rows]) => rows.length > 0)).toEqual([
    ['audit_events', expect.anything()],
  ])
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
    fault = (deps) => deps
    const other = await upload(app, merchant)
    expect(await objectsOf(merchant)).toHaveLength(2)
    await runNow(app)
    app.advance(KEPT_SECONDS)
    await runNow(app)
    expect(await objectsOf(merchant)).toEqual([
      `merchants/${merchant.id}/${String(other.body['id'])}`,
    ])
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

/** So long after it was found an object that no row knows is a leftover. */
const KEPT_SECONDS = 60 * 86_400

const runNow = (app: App) => purgeOrphans(testDeps({ now: app.now }))

describe('leftovers', () => {
  test('an upload that never ended ends after an hour and not before; its object stays', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const key = `merchants/${merchant.id}/doc_half`
    await env.ARCHIVE.put(key, 'all of it, as a restored database does not know')
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
    expect(await objectsOf(merchant)).toHaveLength(2)
    await runNow(app)
    app.advance(KEPT_SECONDS)
    await runNow(app)
    expect(await objectsOf(merchant)).toEqual([`merchants/${merchant.id}/${merchant.document}`])
  })

  test('an upload that runs for an hour learns that it has ended', async ({ expect }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const { late, release } = await beginUpload(app, merchant)
    expect(await documentRows(merchant)).toHaveLength(2)
    app.advance(3600)
    await runNow(app)
    expect(await documentRows(merchant)).toHaveLength(1)
    release()
    expect((await late).status).toBe(409)
    expect(await documentRows(merchant)).toHaveLength(1)
    await runNow(app)
    app.advance(KEPT_SECONDS)
    await runNow(app)
    expect(await objectsOf(merchant)).toHaveLength(1)
  })

  test('an application that was handed in while a file was on its way does not get it', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const { late, release } = await beginUpload(app, merchant)
    expect(await documentRows(merchant)).toHaveLength(2)
    expect((await submit(app, merchant, 1)).status).toBe(200)
    release()
    expect((await late).body.code).toBe('merchant_state')
    expect(await documentRows(merchant)).toHaveLength(1)
    expect(await objectsOf(merchant)).toHaveLength(1)
  })
})

/** An upload whose file is on its way until it is released. */
async function beginUpload(app: App, merchant: { token: string }) {
  const [, content] = FILES['application/pdf']
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { promise: reading, resolve: begin } = Promise.withResolvers<void>()
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      begin()
      await held
      controller.enqueue(content)
      controller.close()
    },
  }
  // Nothing is pulled before the service reads: by then the file has its row.
  const body = new ReadableStream(source, { highWaterMark: 0 })
  const headers = { 'Content-Length': String(content.byteLength) }
  const late = upload(app, merchant, { body, headers })
  await reading
  return { late, release }
}
