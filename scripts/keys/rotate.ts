import type { SigningKey } from '../../src/platform/crypto/jwt.ts'
import { madeAt, newSigningKey } from './signing-key.ts'

export type Keys = [SigningKey, ...SigningKey[]]
export const stages = ['publish', 'use', 'retire', 'replace'] as const
export type Stage = (typeof stages)[number]

/**
 * The value of SIGNING_KEYS after one stage of a rotation. The first key signs, all are published
 * and verify. A new key is published before it signs, since other services keep the key set for
 * five minutes; an old one stays until the tokens that it has signed are over, five minutes as
 * well.
 */
export async function rotate(keys: Keys, stage: Stage, now = new Date()): Promise<Keys> {
  const [signing, ...others] = keys
  const isNewestFirst = others.every((key) => madeAt(key) <= madeAt(signing))
  switch (stage) {
    case 'publish':
      if (others.length > 0)
        throw new Error('a rotation is under way: `use` or `retire` comes next')
      return [signing, await newSigningKey(now)]
    case 'use': {
      if (others.length === 0) throw new Error('no other key is published: `publish` comes first')
      if (isNewestFirst) throw new Error('the newest key signs already: `retire` comes next')
      const [newest = signing] = others.toSorted((a, b) => (madeAt(a) < madeAt(b) ? 1 : -1))
      return [newest, ...keys.filter((key) => key !== newest)]
    }
    case 'retire':
      if (others.length === 0) throw new Error('there is no old key to retire')
      if (!isNewestFirst) throw new Error('the newest key does not sign yet: `use` comes next')
      return [signing]
    case 'replace':
      return [await newSigningKey(now)]
  }
}

/** What to do after a stage, and why to wait. */
export const nextStep: Readonly<Record<Stage, string>> = {
  publish: 'Deploy it, wait ten minutes until every service has the new key set, then `use`.',
  use: 'Deploy it, wait ten minutes until the tokens of the old key are over, then `retire`.',
  retire: 'Deploy it. The rotation is done; delete every copy of the old key.',
  replace: 'Deploy it. Access tokens of until now are refused; clients refresh and go on.',
}
