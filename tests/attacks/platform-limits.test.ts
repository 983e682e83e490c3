import { test } from 'vitest'
import { CURRENT_COST, hashPassword, pbkdf2 } from '../../src/platform/crypto/password-hash'
import { newRing } from '../support/keyrings'

test('E-134: PBKDF2 above 100,000 iterations in one call is refused here, not first in production', async ({
  expect,
}) => {
  const [password, salt] = [new Uint8Array(1), new Uint8Array(16)]
  await expect(pbkdf2(password, salt, 100_000)).resolves.toHaveLength(64)
  for (const iterations of [100_001, 600_000, 0, -1, 1.5, Number.NaN, Infinity]) {
    await expect(pbkdf2(password, salt, iterations)).rejects.toThrow(RangeError)
  }
  const hash = (calls: number, iterations: number) =>
    hashPassword(newRing(), 'x', { calls, iterations })
  await expect(hash(1, 100_001)).rejects.toThrow(RangeError)
  await expect(hash(0, 75_000)).rejects.toThrow(RangeError)
  expect(CURRENT_COST.iterations).toBeLessThanOrEqual(100_000)
})
