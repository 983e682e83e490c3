import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { keyOwner, madeKey, setMerchant, setOwner, verifyKey } from '../features/api-keys/support'
import type { App } from '../support/acts'
import { act, changeRole, insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { approve } from '../support/pending-acts'

/** Makes an admin as two admins do. */
async function promote(app: App, userId: string) {
  const [one, two] = [
    { id: await insertUser(app, 'admin') },
    { id: await insertUser(app, 'admin') },
  ]
  const asked = await changeRole(app, one, userId, 'admin')
  return approve(app, two, asked.body['act_id'])
}

const revocationsOf = async (userId: string) =>
  (
    await env.DB.prepare(
      `SELECT actor, data FROM audit_events WHERE user_id = ? AND event = 'authn_token_revoked'`,
    )
      .bind(userId)
      .run<{ actor: string; data: string }>()
  ).results

describe('E-113: the keys of an account end with its role', () => {
  test('of a suspended merchant none works again for the admin that he has become', async ({
    expect,
  }) => {
    const app = startApp()
    const owner = await keyOwner(app)
    const { key } = await madeKey(app, owner)
    await setMerchant(owner.userId, 'suspended')
    expect((await promote(app, owner.userId)).status).toBe(204)
    expect((await verifyKey(app, key)).body.code).toBe('invalid_api_key')
    const [revoked, ...more] = await revocationsOf(owner.userId)
    expect([revoked?.data, more]).toEqual(['{"key":"all"}', []])
    expect(revoked?.actor).not.toBe(owner.userId)
    await setMerchant(owner.userId, 'approved')
    await setOwner(owner.userId, `role = 'merchant'`)
    expect((await verifyKey(app, key)).status).toBe(401)
  })

  test('of an admin none works for the merchant that he is again, told by one event', async ({
    expect,
  }) => {
    const app = startApp()
    const chief = { id: await insertUser(app, 'admin') }
    const owner = await keyOwner(app, 'admin')
    await setMerchant(owner.userId, 'approved')
    const { key } = await madeKey(app, owner, { scopes: ['tokens:introspect', 'orders:read'] })
    const other = { id: await insertUser(app, 'admin') }
    const asked = await changeRole(app, other, owner.userId, 'merchant')
    expect((await verifyKey(app, key)).status).toBe(200)
    expect((await approve(app, chief, asked.body['act_id'])).status).toBe(204)
    expect((await verifyKey(app, key)).status).toBe(401)
    expect((await revocationsOf(owner.userId)).map(({ actor }) => actor)).toEqual([chief.id])
  })

  test('of an admin who is disabled none works once he is enabled as a customer; of a merchant all do', async ({
    expect,
  }) => {
    const app = startApp()
    const chief = { id: await insertUser(app, 'admin') }
    for (const [role, status] of [
      ['admin', 401],
      ['merchant', 200],
    ] as const) {
      const owner = await keyOwner(app, role)
      const { key } = await madeKey(app, owner)
      const { body } = await act(app, chief, `${owner.userId}/disable`)
      if (role === 'admin') {
        await approve(app, { id: await insertUser(app, 'admin') }, body['act_id'])
      }
      expect((await verifyKey(app, key)).status).toBe(401)
      expect((await act(app, chief, `${owner.userId}/enable`)).status).toBe(204)
      await setMerchant(owner.userId, 'approved')
      await setOwner(owner.userId, `role = 'merchant'`)
      expect([role, (await verifyKey(app, key)).status]).toEqual([role, status])
      expect(await revocationsOf(owner.userId)).toHaveLength(role === 'admin' ? 1 : 0)
    }
  })

  test('but not with a change that is refused at the last moment', async ({ expect }) => {
    const app = startApp()
    const chief = { id: await insertUser(app, 'admin') }
    const owner = await keyOwner(app)
    const { key } = await madeKey(app, owner)
    const late = startApp(
      beforeBatch(() =>
        env.DB.prepare('UPDATE sessions SET stepped_up_at = NULL WHERE user_id = ?')
          .bind(chief.id)
          .run(),
      ),
    )
    expect((await changeRole(late, chief, owner.userId, 'customer')).status).toBe(401)
    expect((await verifyKey(app, key)).status).toBe(200)
    expect(await revocationsOf(owner.userId)).toEqual([])
  })
})
