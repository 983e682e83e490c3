import { env } from 'cloudflare:workers'
import { beforeEach, test } from 'vitest'
import { resealSecrets } from '../../src/jobs/reseal-secrets'
import { makePersonalKeys, personalKeys } from '../../src/platform/audit/personal-box'
import { parseKeyring } from '../../src/platform/crypto/keyring'
import { randomToken } from '../../src/platform/crypto/token'
import { signInWithTotp, withTotp } from '../support/acts'
import { startApp } from '../support/app'
import { collectingLog } from '../support/attack'
import { ROWS } from '../support/many'
import { startMeter } from '../support/meter'
import { userIdOf } from '../support/rows-of'
import { hasSealed } from '../support/sealed'
import { testDeps } from '../support/test-deps'

const deps = testDeps()
const [old] = deps.settings.SEALING_KEYS
type Key = typeof old

function newKey(id: string): Key {
  const [key] = parseKeyring(`${id}:${randomToken()}`) ?? []
  if (!key) throw new Error('no key')
  return key
}
const fresh = newKey('fresh')

const withRing = (ring: [Key, ...Key[]], given = deps) => ({
  ...given,
  settings: { ...given.settings, SEALING_KEYS: ring },
})

const NOTHING = { seeds: 0, keys: 0, failed: 0 }

beforeEach(() =>
  env.DB.batch(
    ['totp_authenticators', 'audit_keys'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  ),
)

test('what an old sealing key has sealed is sealed anew, and the old key can go', async ({
  expect,
}) => {
  const app = startApp()
  const user = await withTotp(app)
  const userId = await userIdOf(user.account)
  await makePersonalKeys(deps, [userId])

  expect(await resealSecrets(deps)).toEqual(NOTHING)
  const runs = await Promise.all([1, 2, 3].map(() => resealSecrets(withRing([fresh, old]))))
  // Each box by one of them: what another has sealed anew stays.
  const sum = (name: string) => runs.reduce((total, counts) => total + (counts[name] ?? 0), 0)
  expect(['seeds', 'keys', 'failed'].map(sum)).toEqual([1, 1, 0])
  expect(await resealSecrets(withRing([fresh, old]))).toEqual(NOTHING)

  const alone = withRing([fresh])
  const damaged = (what: string) => {
    throw new Error(what)
  }
  expect([...(await personalKeys(alone, [userId], damaged)).keys()]).toEqual([userId])
  const rotated = startApp((now) => ({ ...now, settings: alone.settings }))
  app.advance(120)
  rotated.advance((app.now().getTime() - rotated.now().getTime()) / 1000)
  expect((await signInWithTotp(rotated, user)).accessToken).not.toBe('')
})

test('a key that was retired too early is an error while its boxes are there, and no loss', async ({
  expect,
}) => {
  await hasSealed([old], 3)
  const lost = { ...NOTHING, failed: 6 }
  const logged = await collectingLog(async () => {
    expect(await resealSecrets(withRing([fresh]))).toEqual(lost)
  })
  // Whoever is to put it back reads which one it is.
  for (const table of ['totp_authenticators', 'audit_keys']) {
    expect(logged).toContain(
      JSON.stringify({ level: 'error', event: 'sys_sealing_key_missing', table, keys: [old.id] }),
    )
  }
  expect(await resealSecrets(withRing([fresh, newKey('other')]))).toEqual(lost)
  // The ids of keys are in no order.
  expect(await resealSecrets(withRing([newKey('0'), fresh]))).toEqual(lost)
  expect(await resealSecrets(withRing([newKey('zz'), fresh, old]))).toEqual({
    ...NOTHING,
    seeds: 3,
    keys: 3,
  })
})

test('boxes that do not open, more than one statement takes, keep no other from its turn', async ({
  expect,
}) => {
  await hasSealed([old], 2500)
  await env.DB.prepare(`UPDATE totp_authenticators SET sealed_seed = sealed_seed || 'x'`).run()
  await hasSealed([old], 1)
  let [seeds, keys] = [0, 0]
  const logged = await collectingLog(async () => {
    for (let run = 0; seeds === 0; run += 1) {
      const counts = await resealSecrets(withRing([fresh, old]))
      expect(counts['failed']).toBeGreaterThan(0)
      seeds += counts['seeds'] ?? 0
      keys += counts['keys'] ?? 0
      expect(run).toBeLessThan(20)
    }
  })
  expect([seeds, keys]).toEqual([1, 2501])
  expect(logged).toMatch(/a box of totp_authenticators of usr_[\w-]{22} does not open/)
})

test('a run reads what is to be sealed anew, and nothing of a table that is done', async ({
  expect,
}) => {
  const { meter, read } = startMeter()
  await hasSealed([fresh], 10)
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO totp_authenticators
     SELECT user_id, 'copy' || i, name, sealed_seed, session_id, 0, 0
     FROM n JOIN (SELECT * FROM totp_authenticators LIMIT 1)`,
  )
    .bind(ROWS)
    .run()
  const rotating = withRing([fresh, old], meter(deps))
  read()
  expect(await resealSecrets(rotating)).toEqual(NOTHING)
  expect(read().rowsRead).toBeLessThan(20)
  await hasSealed([old], 50)
  read()
  expect(await resealSecrets(rotating)).toEqual({ seeds: 50, keys: 50, failed: 0 })
  const { rowsRead, rowsWritten } = read()
  expect(rowsRead).toBeLessThan(5 * 100 + 50)
  // Each row and its index entry.
  expect(rowsWritten).toBe(2 * 100)
})
