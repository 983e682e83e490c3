import { env } from 'cloudflare:workers'
import { seedContext } from '../../src/identity/factors/find-totp'
import { archiveKeyContext } from '../../src/platform/audit/personal-box'
import type { Keyring } from '../../src/platform/crypto/keyring'
import { seal } from '../../src/platform/crypto/sealed-box'
import { randomId, randomToken } from '../../src/platform/crypto/token'

const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
/** Accounts of one statement. */
const STEP = 2000

/**
 * Accounts with an app and a key of personal data each, as the newest key of a ring has sealed
 * them.
 */
export async function hasSealed(ring: Keyring, count: number): Promise<void> {
  for (let left = count; left > 0; left -= STEP) {
    const rows = Array.from({ length: Math.min(left, STEP) }, async () => {
      const [user, app] = [randomId('usr'), randomId('app')]
      const sealedSeed = await seal(ring, seedContext(user, app), SEED)
      const sealedKey = await seal(ring, archiveKeyContext(user), randomToken())
      return { user, app, sealedSeed, sealedKey }
    })
    const all = JSON.stringify(await Promise.all(rows))
    const insert = (table: string, values: string) =>
      env.DB.prepare(
        `INSERT INTO ${table} SELECT ${values.replaceAll(/\$(\w+)/g, `value ->> '$1'`)} FROM json_each(?)`,
      ).bind(all)
    await env.DB.batch([
      insert(
        'users (id, email, email_key, role, status, password_hash, created_at)',
        `$user, $user || '@example.org', $user || '@example.org', 'customer', 'active', 'x', 0`,
      ),
      insert('totp_authenticators', `$user, $app, 'an app', $sealedSeed, 'ses_x', 0, 0`),
      insert('audit_keys', `$user, $sealedKey`),
    ])
  }
}
