import { test } from 'vitest'
import { makePersonalKeys, personalKeys } from '../../src/audit/personal-box'
import { parseKeyring } from '../../src/crypto/keyring'
import { randomToken } from '../../src/crypto/token'
import { resealSecrets } from '../../src/jobs/reseal-secrets'
import { signInWithTotp, withTotp } from '../support/acts'
import { startApp } from '../support/app'
import { userIdOf } from '../support/rows-of'
import { testDeps } from '../support/test-deps'

test('what an old sealing key has sealed is sealed anew, and the old key can go', async ({
  expect,
}) => {
  const deps = testDeps()
  const [old] = deps.settings.SEALING_KEYS
  const [fresh] = parseKeyring(`fresh:${randomToken()}`) ?? []
  if (!fresh) throw new Error('no key')
  const withRing = (...ring: [typeof old, ...(typeof old)[]]) => ({
    ...deps,
    settings: { ...deps.settings, SEALING_KEYS: ring },
  })
  const app = startApp()
  const user = await withTotp(app)
  const userId = await userIdOf(user.account)
  await makePersonalKeys(deps, [userId])

  expect(await resealSecrets(deps)).toEqual({ seeds: 0, keys: 0, failed: 0 })
  const runs = await Promise.all([1, 2, 3].map(() => resealSecrets(withRing(fresh, old))))
  expect(runs.every(({ failed }) => failed === 0)).toBe(true)
  expect(await resealSecrets(withRing(fresh, old))).toEqual({ seeds: 0, keys: 0, failed: 0 })

  const alone = withRing(fresh)
  const damaged = (what: string) => {
    throw new Error(what)
  }
  expect([...(await personalKeys(alone, [userId], damaged)).keys()]).toEqual([userId])
  const rotated = startApp((now) => ({ ...now, settings: alone.settings }))
  app.advance(120)
  rotated.advance((app.now().getTime() - rotated.now().getTime()) / 1000)
  expect((await signInWithTotp(rotated, user)).accessToken).not.toBe('')

  // A key that is not there stays an error, not a loss.
  const [other] = parseKeyring(`other:${randomToken()}`) ?? []
  if (!other) throw new Error('no key')
  const lost = await resealSecrets(withRing(other, old))
  expect(lost['failed']).toBeGreaterThan(1)
  expect([...(await personalKeys(alone, [userId], damaged)).keys()]).toEqual([userId])
})
