import { test } from 'vitest'
import {
  ask,
  change,
  hasMerchant,
  hasReviewer,
  inState,
  named,
  PROFILE,
  REASON,
  submit,
  withProfile,
} from '../features/merchants/support'
import { freshAddress, startApp } from '../support/app'
import { visible } from '../support/attack'

test('E-104: a profile takes no field that is not the merchant’s to set', async ({ expect }) => {
  const app = startApp()
  const merchant = await withProfile(app)
  const reviewer = await hasReviewer(app)
  const before = await ask(app, merchant)
  for (const [name, value] of Object.entries({
    state: 'approved',
    user_id: reviewer.id,
    registration_check: 'valid',
    submitted_at: 0,
    'profile.state': 'approved',
    'profile[state]': 'approved',
    profile: { state: 'approved' },
    checks: { registration_number: 'valid' },
    role: 'admin',
    documents: [],
  })) {
    const answer = await change(app, merchant, { version: 1, phone: '+31205550199', [name]: value })
    expect([name, answer.status, named(answer, 'pointer')[0]]).toEqual([
      name,
      400,
      `#/${encodeURI(name)}`,
    ])
    const late = { version: 1, [name]: value }
    const submitted = await app.post('/api/merchants/me/submit/', late, {
      ...merchant,
      ip: freshAddress(),
    })
    expect([name, submitted.status]).toEqual([name, 400])
    const decided = await app.post(
      `/api/admin/merchants/${merchant.id}/approve/`,
      { version: 1, reason: REASON, [name]: value },
      { ...reviewer, ip: freshAddress() },
    )
    expect([name, decided.status]).toEqual([name, 400])
  }
  for (const raw of [
    '{"version":1,"phone":"+31205550199","phone":"+31205550198"}',
    '{"version":1,"__proto__":{"state":"approved"}}',
  ]) {
    const answer = await app.send('POST', '/api/merchants/me/', {
      raw,
      token: merchant.token,
      ip: freshAddress(),
      headers: { 'Content-Type': 'application/json' },
    })
    expect([raw, answer.status]).toEqual([raw, 400])
  }
  expect((await ask(app, merchant)).text).toBe(before.text)
})

test('E-107: of two merchants neither learns that there is another', async ({ expect }) => {
  const app = startApp()
  const reviewer = await hasReviewer(app)
  const company = { ...PROFILE, registration_number: '33002587', tax_number: null }
  const alone = await withProfile(app, company)
  const before = await ask(app, alone)
  // The same company, number and document of somebody else.
  const other = await inState(app, reviewer, 'approved', company)
  expect((await ask(app, alone)).text).toBe(before.text)
  for (const secret of [other.id, other.document, other.email]) {
    expect(before.text).not.toContain(secret)
  }
  const { token } = alone
  const paths = (owner: string, document: string) => [
    ['GET', `/api/merchants/me/documents/${document}/`],
    ['DELETE', `/api/merchants/me/documents/${document}/`],
    ['GET', `/api/merchants/${owner}/`],
    ['GET', `/api/admin/merchants/`],
    ['GET', `/api/admin/merchants/?state=approved`],
    ['GET', `/api/admin/merchants/${owner}/`],
    ['GET', `/api/admin/merchants/${owner}/documents/${document}/`],
    ['POST', `/api/admin/merchants/${owner}/approve/`],
  ]
  const theirs = paths(other.id, other.document)
  const nobodys = paths('usr_aaaaaaaaaaaaaaaaaaaaaa', 'doc_aaaaaaaaaaaaaaaaaaaaaa')
  for (const [index, [method = '', path = '']] of theirs.entries()) {
    const json = method === 'POST' ? { version: 3, reason: REASON } : undefined
    const options = { token, ip: freshAddress(), ...(json && { json }) }
    const answer = await app.send(method, path, options)
    const [, nothing = ''] = nobodys[index] ?? []
    const unknown = await app.send(method, nothing, { ...options, ip: freshAddress() })
    expect([path, visible(answer)]).toEqual([path, visible(unknown)])
    expect([path, [403, 404].includes(answer.status)]).toEqual([path, true])
  }
  expect((await submit(app, alone, 1)).body).toEqual({ state: 'submitted', version: 2 })
  const seen = await ask(app, reviewer, `/api/admin/merchants/${alone.id}/`)
  expect(seen.body['duplicates']).toEqual([
    { user_id: other.id, legal_name: PROFILE.legal_name, state: 'approved' },
  ])
})

test('E-115: a cursor that was tampered with is refused, and opens nothing else', async ({
  expect,
}) => {
  const app = startApp()
  const reviewer = await hasReviewer(app)
  const merchant = await inState(app, reviewer, 'submitted')
  const list = (query: string, who: { token: string } = reviewer) =>
    ask(app, who, `/api/admin/merchants/${query}`)
  const id = merchant.id
  for (const [query, pointer] of [
    ['?before=', '#/before'],
    ['?before=1', '#/before'],
    [`?before=1.${id}x`, '#/before'],
    [`?before=-1.${id}`, '#/before'],
    [`?before=1.usr_'%20OR%201=1--aaaaaaaa`, '#/before'],
    [`?before=${'z'.repeat(10)}.${id}`, '#/before'],
    ['?limit=0', '#/limit'],
    ['?limit=101', '#/limit'],
    ['?limit=-1', '#/limit'],
    ['?state=all', '#/state'],
    ['?state=approved&state=submitted', '#/state'],
    [`?user_id=${id}`, '#/user_id'],
    ['?offset=10', '#/offset'],
  ]) {
    const answer = await list(query ?? '')
    expect([query, answer.status, named(answer, 'pointer')]).toEqual([query, 400, [pointer]])
  }
  const before = `?before=0.usr_${'A'.repeat(22)}`
  expect((await list(before)).status).toBe(200)
  expect((await list(before, await hasMerchant(app))).status).toBe(403)
  expect((await ask(app, merchant, '/api/merchants/me/?limit=1')).status).toBe(400)
})

test('E-129: the address of a shop is never fetched, and none leads into a private network', async ({
  expect,
}) => {
  const app = startApp()
  const merchant = await hasMerchant(app)
  const { fetch } = globalThis
  const fetched: unknown[] = []
  globalThis.fetch = (input, init) => {
    fetched.push(input)
    return fetch(input, init)
  }
  try {
    for (const website of [
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[::1]/',
      'https://[::ffff:169.254.169.254]/',
      'https://localhost:8787/',
      'https://metadata.google.internal/',
      'http://lovelace.shop/',
      'file:///etc/passwd',
    ]) {
      const answer = await change(app, merchant, { version: 0, website })
      expect([website, answer.status, named(answer, 'pointer')]).toEqual([
        website,
        400,
        ['#/website'],
      ])
      const extra = { role: 'merchant', merchant: { website } }
      const signUp = { ...app.newAccount(), ...extra }
      const signed = await app.post('/api/users/create/', signUp, { ip: freshAddress() })
      expect([website, signed.status]).toEqual([website, 400])
    }
    // A public name whose address is private today: stored as text, and asked by nobody.
    const rebound = { version: 0, website: 'https://localtest.me/' }
    expect((await change(app, merchant, rebound)).status).toBe(200)
    await ask(app, merchant)
  } finally {
    globalThis.fetch = fetch
  }
  expect(fetched).toEqual([])
})
