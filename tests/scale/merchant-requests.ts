import { createKey, keyIn, setMerchant, setOwner } from '../features/api-keys/support'
import { FILES, PROFILE, withProfile } from '../features/merchants/support'
import type { Prepared, Way, World } from './world'

/** An application that an admin decides about, in the state that the decision is possible in. */
const decision =
  (state: 'submitted' | 'approved' | 'suspended') =>
  async ({ other }: World): Promise<Prepared> => {
    const userId = await other('merchant')
    await setMerchant(userId, state)
    return { params: { userId }, json: { version: 1, reason: 'As the register says' } }
  }

/** A key of a merchant, or of an admin for what only an admin's may do. */
async function madeKey({ app, given, userId, session }: World, scope: string) {
  const owner = scope === 'tokens:introspect' ? given.admin : userId
  if (owner === userId) {
    await setOwner(userId, `role = 'merchant'`)
    await setMerchant(userId, 'approved')
  }
  const token = (await session(owner)).accessToken
  return keyIn(await createKey(app, token, { scopes: [scope] }))
}

async function withKey(world: World): Promise<Prepared> {
  const { id } = await madeKey(world, 'orders:read')
  return { params: { id } }
}

/** The own application, complete and in the hands of its merchant. */
async function complete({ app, adopt }: World) {
  const { id, token, document, version } = await withProfile(app)
  await adopt(id)
  return { token, params: { userId: id, id: document }, version }
}

/** The same as an admin reads it. */
async function ofComplete(world: World): Promise<Prepared> {
  const { params } = await complete(world)
  return { params }
}

const FILE = FILES['application/pdf'][1]

/** Of the routes of merchants and of keys. */
export const requests: Readonly<Record<string, Way>> = {
  'POST /api/api-keys': async ({ userId }) => {
    await setMerchant(userId, 'approved')
    return { json: { name: 'Shop server', scopes: ['orders:read'] } }
  },
  'POST /api/api-keys/:id{key_[0-9A-Za-z]+}/rotate': withKey,
  'DELETE /api/api-keys/:id{key_[0-9A-Za-z]+}': withKey,
  'POST /api/api-keys/verify': async (world) => ({
    headers: { 'X-API-Key': (await madeKey(world, 'orders:read')).key },
    json: {},
  }),
  'POST /api/auth/introspect': async (world) => ({
    headers: { 'X-API-Key': (await madeKey(world, 'tokens:introspect')).key },
    json: { token: world.token },
  }),
  'POST /api/merchants/me': async () => Promise.resolve({ json: { version: 0, ...PROFILE } }),
  'POST /api/merchants/me/submit': async (world) => {
    const { token, version } = await complete(world)
    return { token, json: { version } }
  },
  'POST /api/merchants/me/documents': async (world) => {
    const { token } = await complete(world)
    return {
      token,
      raw: FILE,
      headers: {
        'Content-Type': 'application/pdf',
        'Content-Length': String(FILE.byteLength),
        'Content-Disposition': `attachment; filename*=UTF-8''extract.pdf`,
      },
    }
  },
  'GET /api/merchants/me/documents/:id': complete,
  'DELETE /api/merchants/me/documents/:id': complete,
  'GET /api/admin/merchants/:userId': ofComplete,
  'GET /api/admin/merchants/:userId/documents/:id': ofComplete,
  'POST /api/admin/merchants/:userId/approve': decision('submitted'),
  'POST /api/admin/merchants/:userId/reject': decision('submitted'),
  'POST /api/admin/merchants/:userId/request-changes': decision('submitted'),
  'POST /api/admin/merchants/:userId/suspend': decision('approved'),
  'POST /api/admin/merchants/:userId/reinstate': decision('suspended'),
}
