import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { startApp } from '../../support/app'
import { mailsTo } from '../../support/mailbox'
import { many } from '../../support/many'
import { eventsOf } from '../../support/rows-of'
import { withoutLimits } from '../../support/test-deps'
import { ask, change, hasMerchant, named, PROFILE, submit, upload, withProfile } from './support'

describe('a profile', () => {
  test('is empty at first, and keeps each field until it is given or taken away', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await hasMerchant(app)
    expect((await ask(app, merchant)).body).toMatchObject({
      state: 'draft',
      version: 0,
      profile: { legal_name: null, website: null },
      documents: [],
      history: [],
    })
    const begun = await change(app, merchant, { version: 0, ...PROFILE })
    expect(begun.body).toEqual({ state: 'draft', version: 1 })
    const changes = { version: 1, trading_name: 'Lovelace', website: null }
    expect((await change(app, merchant, changes)).body).toEqual({ state: 'draft', version: 2 })
    expect((await ask(app, merchant)).body).toMatchObject({
      state: 'draft',
      version: 2,
      profile: {
        ...PROFILE,
        trading_name: 'Lovelace',
        website: null,
        phone: '+31205550123',
        tax_number: '004495445B01',
      },
      checks: { registration_number: 'valid', tax_number: 'valid' },
      submitted_at: null,
    })
    const events = await eventsOf(merchant.email)
    expect(events.map(({ event }) => event)).toEqual([
      'authn_login_success',
      'merchant_profile_changed',
      'merchant_profile_changed',
    ])
    expect(JSON.parse(events[2]?.data ?? '')).toEqual({
      fields: 'trading_name website',
      version: 2,
    })
  })

  test('names each field that does not fit, and takes the number of another country with it', async ({
    expect,
  }) => {
    const app = startApp()
    const merchant = await hasMerchant(app)
    const wrong = await change(app, merchant, {
      version: 0,
      country: 'NL',
      registration_number: '1700191',
      tax_number: 'NL004495446B01',
      phone: '12',
    })
    expect([wrong.status, named(wrong, 'pointer')]).toEqual([
      400,
      ['#/registration_number', '#/tax_number', '#/phone'],
    ])
    await change(app, merchant, { version: 0, ...PROFILE })
    const moved = await change(app, merchant, { version: 1, country: 'FR' })
    expect([moved.status, named(moved, 'pointer')]).toEqual([
      400,
      ['#/registration_number', '#/tax_number'],
    ])
    const french = { country: 'FR', registration_number: '542 051 180 00066', tax_number: null }
    expect((await change(app, merchant, { version: 1, ...french })).status).toBe(200)
    const german = { country: 'DE', registration_number: 'HRB 86891' }
    expect((await change(app, merchant, { version: 2, ...german })).status).toBe(200)
    expect((await ask(app, merchant)).body).toMatchObject({
      profile: { country: 'DE', registration_number: 'HRB86891', phone: '+31205550123' },
      checks: { registration_number: 'unchecked', tax_number: null },
    })
    for (const json of [
      { version: 3 },
      { version: 3, country: 'ZZ' },
      { version: 3, country: 'nl' },
      { version: '3', phone: null },
      { phone: null },
      { version: -1, phone: null },
      { version: 3, state: 'approved' },
    ]) {
      expect([json, (await change(app, merchant, json)).status]).toEqual([json, 400])
    }
  })

  test('of parallel changes to one version takes one', async ({ expect }) => {
    const app = startApp(withoutLimits)
    const merchant = await hasMerchant(app)
    const count = many(50)
    for (const version of [0, 1]) {
      const answers = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          change(app, merchant, { version, legal_name: `Company ${version} ${index}` }),
        ),
      )
      const taken = answers.filter(({ status }) => status === 200)
      expect(taken).toHaveLength(1)
      const refused = answers.filter(({ status }) => status === 409)
      expect(refused).toHaveLength(count - 1)
      expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['version_conflict']))
    }
    expect(await eventsOf(merchant.email)).toHaveLength(3)
    const stale = await change(app, merchant, { version: 1, legal_name: 'Late' })
    expect([stale.body.code, named(stale, 'pointer')]).toEqual(['version_conflict', ['#/version']])
    expect((await change(app, merchant, { version: 9, phone: null })).status).toBe(409)
  })
})

describe('a submission', () => {
  test('names all that is missing, and asks for a document that is stored', async ({ expect }) => {
    const app = startApp()
    const merchant = await hasMerchant(app)
    const missing = await submit(app, merchant, 0)
    expect([missing.status, named(missing, 'pointer')]).toEqual([
      400,
      [
        '#/legal_name',
        '#/country',
        '#/registration_number',
        '#/address',
        '#/contact_name',
        '#/phone',
        '#/documents',
      ],
    ])
    await change(app, merchant, { version: 0, ...PROFILE, website: null, tax_number: null })
    await env.DB.prepare(
      `INSERT INTO merchant_documents VALUES (?1, 'doc_x', 'x.pdf', 'application/pdf', NULL, NULL, 'x', 0, NULL)`,
    )
      .bind(merchant.id)
      .run()
    expect(named(await submit(app, merchant, 1), 'pointer')).toEqual(['#/documents'])
    await upload(app, merchant)
    expect((await submit(app, merchant, 0)).body.code).toBe('version_conflict')
    expect((await submit(app, merchant, 1)).body).toEqual({ state: 'submitted', version: 2 })
    expect((await submit(app, merchant, 2)).body.code).toBe('merchant_state')
    const [mail] = await mailsTo(merchant.email)
    expect(mail?.subject).toBe('We have received your application')
    expect(mail?.text).toContain('Lovelace Trading B.V.')
  })

  test('checks what came with the sign-up, which nobody has checked', async ({ expect }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    await env.DB.prepare(
      `UPDATE merchant_profiles SET registration_number = '1700-1911 x', phone = 'call me',
         registration_check = NULL WHERE user_id = ?`,
    )
      .bind(merchant.id)
      .run()
    const refused = await submit(app, merchant, 1)
    expect(named(refused, 'pointer')).toEqual(['#/registration_number', '#/phone'])
  })

  test('of many at once is one, with one event, one step and one mail', async ({ expect }) => {
    const app = startApp()
    const merchant = await withProfile(app)
    const answers = await Promise.all(
      Array.from({ length: many(50) }, () => submit(app, merchant, merchant.version)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(
      new Set([undefined, 'merchant_state']),
    )
    const events = (await eventsOf(merchant.email)).map(({ event }) => event)
    expect(events.filter((event) => event === 'merchant_submitted')).toHaveLength(1)
    expect((await ask(app, merchant)).body['history']).toHaveLength(1)
    expect(await mailsTo(merchant.email)).toHaveLength(1)
  })
})
