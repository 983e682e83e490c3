import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { randomId, sha256 } from '../../src/platform/crypto/token'
import { keyOwner, madeKey, verifyKey } from '../api-keys/support'
import { me } from '../support/acts'
import { insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { everyRoute } from '../support/guarded-routes'

const TABLES = ['sessions', 'known_devices', 'totp_authenticators', 'backup_codes', 'api_keys']

/** All that an account signs in with, as it is stored. */
const stored = (userId: string) =>
  Promise.all([
    env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(userId).first(),
    ...TABLES.map((table) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE user_id = ?`).bind(userId).run(),
    ),
  ]).then(([user, ...tables]) => [user, ...tables.map(({ results }) => results)])

/** What one admin does to another by design: in the open, with a reason, told by mail. */
const isAdministration = (name: string) =>
  / \/api\/admin\/(users\/:id|end-sessions)/.test(name) || name.includes('/api/users/create')

test('E-105: no route of one admin acts on the session, the keys or the factors of another', async ({
  expect,
}) => {
  const app = startApp()
  const ada = await keyOwner(app, 'admin')
  const { id: keyId, key } = await madeKey(app, ada)
  const first = async (table: string) =>
    String(
      await env.DB.prepare(`SELECT id FROM ${table} WHERE user_id = ?`)
        .bind(ada.userId)
        .first('id'),
    )
  const device = await env.DB.prepare('SELECT device_hash FROM known_devices WHERE user_id = ?')
    .bind(ada.userId)
    .first<string>('device_hash')
  const deviceId = `dev_${sha256(device ?? '').slice(0, 22)}`
  const theirs = { ses: await first('sessions'), key: keyId, dev: deviceId }
  const nobodys = { ses: randomId('ses'), key: `key_${'0'.repeat(22)}`, dev: randomId('dev') }
  const aut = await first('totp_authenticators')
  const before = await stored(ada.userId)
  expect(before.map((rows) => (Array.isArray(rows) ? rows.length > 0 : rows !== null))).toEqual(
    Array(6).fill(true),
  )

  /** Somebody new each time: an act may end the session, or the account. */
  const send = async (
    { name, method }: (typeof everyRoute)[number],
    ids: typeof theirs,
    json: object,
  ) => {
    const eve = { id: await insertUser(app, 'admin'), role: 'admin' as const }
    const [, template = ''] = name.split(' ')
    const path = template
      .replace(/:\w+\{(ses|key|dev)_[^}]+\}/, (_, kind: keyof typeof ids) => ids[kind])
      .replace(/:userId/, ada.userId)
      .replace(/:\w+(\{[^}]+\})?/g, 'none')
    return app.send(method, path, {
      token: await tokenFor(app, eve),
      ip: freshAddress(),
      ...(!['GET', 'DELETE'].includes(method) && { json }),
    })
  }
  const routes = everyRoute.filter(
    ({ name, facet }) => facet.security?.includes('bearer') && !isAdministration(name),
  )
  expect(routes.length).toBeGreaterThan(40)
  for (const route of routes) {
    for (const json of route.facet.body ? [{ id: aut }, { id: aut, code: '123456' }] : [{}]) {
      const { status } = await send(route, theirs, json)
      if (!/_\[/.test(route.name)) continue
      expect([route.name, status]).toEqual([route.name, (await send(route, nobodys, json)).status])
    }
  }
  expect(await stored(ada.userId)).toEqual(before)
  expect((await me(app, { token: ada.token })).status).toBe(200)
  expect((await verifyKey(app, key)).status).toBe(200)
}, 60_000)
