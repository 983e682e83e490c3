import { createHmac, pbkdf2Sync } from 'node:crypto'
import { describe, test, vi } from 'vitest'
import type { Keyring } from '../../../src/platform/crypto/keyring'
import {
  type Cost,
  CURRENT_COST,
  dummyHash,
  hashPassword,
  unusableHash,
  verifyPassword,
} from '../../../src/platform/crypto/password-hash'
import { countingIterations } from '../../support/iterations'
import { newRing, rotated } from '../../support/keyrings'

// Some tests hash half a dozen times at the full cost.
vi.setConfig({ testTimeout: 60_000 })

/** The same chain for the price of a test. */
const CHEAP: Cost = { calls: 3, iterations: 10 }
const DUMMY_HASH = dummyHash()
const REFUSED = { matches: false, needsRehash: false }
const passphrase = 'correct horse battery staple'

/** The chain, written a second time from its description, with another implementation of PBKDF2. */
function expectedHash(stored: string, password: string, peppers: Keyring): string {
  const [, , parameters = '', salt = ''] = stored.split('$')
  const [calls = 0, iterations = 0] = [...parameters.matchAll(/[ci]=(\d+)/g)].map(([, n]) =>
    Number(n),
  )
  const saltBytes = Buffer.from(salt, 'base64url')
  let secret = Buffer.concat([Buffer.from(password.normalize('NFC')), Buffer.of(1)])
  for (let call = 1; call <= calls; call++) {
    const callSalt = Buffer.concat([saltBytes, Buffer.of(call)])
    secret = pbkdf2Sync(secret, callSalt, iterations, 64, 'sha512')
  }
  const hash = createHmac('sha512', peppers[0].bytes).update(secret).digest('base64url')
  return `$pbkdf2-sha512-chain$${parameters}$${salt}$${hash}`
}

const CURRENT_ITERATIONS = CURRENT_COST.calls * CURRENT_COST.iterations

describe('the chain', () => {
  test('is what its description says, at the cost that production pays', async ({ expect }) => {
    const ring = newRing()
    const stored = await hashPassword(ring, passphrase)
    expect(stored).toMatch(/^\$pbkdf2-sha512-chain\$c=3,i=75000,p=k1\$[\w-]{22}\$[\w-]{86}$/)
    expect(stored).toBe(expectedHash(stored, passphrase, ring))
    expect(CURRENT_ITERATIONS).toBeGreaterThanOrEqual(220_000)
  })

  const passwords = ['a', 'ä'.normalize('NFD'), '🐎'.repeat(128), 'a\0b', ' a ', 'x'.repeat(200)]
  test.for(passwords)('is what its description says for %j', async (password, { expect }) => {
    const ring = newRing()
    const stored = await hashPassword(ring, password, CHEAP)
    expect(stored).toBe(expectedHash(stored, password, ring))
  })

  test('salts every hash anew', async ({ expect }) => {
    const ring = newRing()
    const hashes = [1, 2, 3].map(() => hashPassword(ring, passphrase, CHEAP))
    expect(new Set(await Promise.all(hashes)).size).toBe(3)
  })
})

describe('the comparison', () => {
  const long = '🐎'.repeat(127)
  const pairs: [what: string, set: string, tried: string][] = [
    ['case', passphrase, 'Correct horse battery staple'],
    ['a space at the end', passphrase, `${passphrase} `],
    ['a space at the beginning', passphrase, ` ${passphrase}`],
    ['the last of 128 code points', `${long}a`, `${long}b`],
    ['what follows the 72nd byte', 'x'.repeat(73), `${'x'.repeat(72)}y`],
    ['what follows a NUL', 'secret\0one', 'secret\0two'],
    ['a NUL at the end', passphrase, `${passphrase}\0`],
    ['several NULs at the end', passphrase, `${passphrase}\0\0\0`],
    ['the sign that ends the chain', passphrase, `${passphrase}\u0001`],
    ['compatibility forms', 'ﬁn①', 'fin1'],
  ]
  test.for(pairs)('heeds %s', async ([, set, tried], { expect }) => {
    const ring = newRing()
    const stored = await hashPassword(ring, set, CHEAP)
    expect((await verifyPassword(ring, set, stored, CHEAP)).matches).toBe(true)
    expect(await verifyPassword(ring, tried, stored, CHEAP)).toEqual(REFUSED)
  })

  test('takes composed and decomposed letters for the same', async ({ expect }) => {
    const ring = newRing()
    const stored = await hashPassword(ring, 'pâté à la crème'.normalize('NFC'), CHEAP)
    const tried = 'pâté à la crème'.normalize('NFD')
    expect((await verifyPassword(ring, tried, stored, CHEAP)).matches).toBe(true)
  })
})

describe('the pepper', () => {
  test('reads hashes of the key before, asks for a rehash, and ends with its key', async ({
    expect,
  }) => {
    const before = newRing('k1')
    const stored = await hashPassword(before, passphrase)
    expect(await verifyPassword(before, passphrase, stored)).toEqual({
      matches: true,
      needsRehash: false,
    })
    const during = rotated(before, 'k2')
    expect(await verifyPassword(during, passphrase, stored)).toEqual({
      matches: true,
      needsRehash: true,
    })
    expect(await verifyPassword(during, 'wrong', stored)).toEqual(REFUSED)
    expect(await verifyPassword([during[0]], passphrase, stored)).toEqual(REFUSED)
  })

  test('is needed: another key under the same name opens nothing', async ({ expect }) => {
    const stored = await hashPassword(newRing('k1'), passphrase, CHEAP)
    expect(await verifyPassword(newRing('k1'), passphrase, stored)).toEqual(REFUSED)
  })

  test('is named by the hash: the key in use is no stand-in for one that is gone', async ({
    expect,
  }) => {
    const ring = newRing('k1')
    const stored = await hashPassword(ring, passphrase, CHEAP)
    expect(await verifyPassword(ring, passphrase, stored.replace('p=k1', 'p=k9'))).toEqual(REFUSED)
  })
})

test('a hash that cost less than today is to be made again, one that cost more is not', async ({
  expect,
}) => {
  const ring = newRing()
  const needsRehash = async (cost: Cost) =>
    (await verifyPassword(ring, passphrase, await hashPassword(ring, passphrase, cost))).needsRehash
  expect(await needsRehash({ calls: 3, iterations: 74_999 })).toBe(true)
  expect(await needsRehash({ calls: 3, iterations: 75_000 })).toBe(false)
  expect(await needsRehash({ calls: 3, iterations: 75_001 })).toBe(false)
})

describe('a stored hash that is not ours', () => {
  const hash = (parameters: string, salt = 'A'.repeat(22)) =>
    `$pbkdf2-sha512-chain$${parameters}$${salt}$${'A'.repeat(86)}`
  const foreign = [
    '',
    'plain text',
    '\0',
    dummyHash(CHEAP),
    hash('c=0,i=75000,p=k1'),
    hash('c=3,i=0,p=k1'),
    hash('c=03,i=75000,p=k1'),
    hash('c=-1,i=75000,p=k1'),
    hash('c=99,i=100000,p=k1'),
    hash('c=1,i=100001,p=k1'),
    hash('c=1,i=999999,p=k1'),
    hash('c=1,i=1e5,p=k1'),
    hash('c=7,i=100000,p=k1'),
    hash('c=3,i=75000,p=k1', ''),
    hash('c=3,i=75000,p=K1'),
    hash('c=3,i=75000,p=k1,x=1'),
    `${hash('c=3,i=75000,p=k1')}\n`,
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo',
    '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    'x'.repeat(100_000),
  ]
  test.for(foreign)(
    'matches nothing and costs what any hash costs: %#',
    async (stored, { expect }) => {
      const ring = newRing()
      const iterations = await countingIterations(async () => {
        expect(await verifyPassword(ring, passphrase, stored, CHEAP)).toEqual(REFUSED)
      })
      expect(iterations).toBe(CHEAP.calls * CHEAP.iterations)
    },
  )

  test('matches nothing if it asks for no work or is not spelled as we spell it', async ({
    expect,
  }) => {
    const ring = newRing()
    const parameters = ['c=0,i=75000,p=k1', 'c=03,i=10,p=k1', 'c=3,i=010,p=k1']
    for (const stored of parameters.map((text) => expectedHash(hash(text), passphrase, ring))) {
      expect(await verifyPassword(ring, passphrase, stored, CHEAP)).toEqual(REFUSED)
    }
    const ours = expectedHash(hash('c=3,i=10,p=k1'), passphrase, ring)
    expect((await verifyPassword(ring, passphrase, ours, CHEAP)).matches).toBe(true)
  })

  test('matches nothing when its last part was cut or changed', async ({ expect }) => {
    const ring = newRing()
    const stored = await hashPassword(ring, passphrase, CHEAP)
    const changed = `${stored.slice(0, -1)}${stored.endsWith('A') ? 'Q' : 'A'}`
    for (const wrong of [changed, stored.slice(0, -1), `${stored}A`, stored.toUpperCase()]) {
      expect(await verifyPassword(ring, passphrase, wrong, CHEAP)).toEqual(REFUSED)
    }
  })
})

test('old, new and unknown hashes take the same work', async ({ expect }) => {
  const ring = newRing()
  const old = await hashPassword(ring, passphrase, CHEAP)
  const fresh = await hashPassword(ring, passphrase)
  for (const stored of [old, fresh, DUMMY_HASH]) {
    const iterations = await countingIterations(() => verifyPassword(ring, 'wrong', stored))
    expect(iterations).toBe(CURRENT_ITERATIONS)
  }
})

test('the dummy hash matches no password, whatever the pepper is called', async ({ expect }) => {
  for (const password of ['', 'none', passphrase, DUMMY_HASH]) {
    expect(await verifyPassword(newRing('none'), password, DUMMY_HASH)).toEqual(REFUSED)
  }
})

describe('the hash of an account without a password', () => {
  test('is another one each time, costs nothing, and costs a guess what any other does', async ({
    expect,
  }) => {
    const ring = newRing()
    const made: string[] = []
    const cost = await countingIterations(async () => {
      made.push(unusableHash(CHEAP), unusableHash(CHEAP))
    })
    expect([cost, new Set(made).size]).toEqual([0, 2])
    for (const password of ['', 'A', passphrase]) {
      const guess = async () => {
        expect(await verifyPassword(ring, password, made[0] ?? '', CHEAP)).toEqual(REFUSED)
      }
      expect(await countingIterations(guess)).toBe(CHEAP.calls * CHEAP.iterations)
    }
  })
})
