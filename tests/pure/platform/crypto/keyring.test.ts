import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { parseKeyring } from '../../../../src/platform/crypto/keyring'
import { anyCodePoint } from '../../../support/code-points'
import { isDeep } from '../../../support/many'

const random = (length = 32) => randomBytes(length).toString('base64url')

describe('a key ring', () => {
  test('is read as it was written, newest first', ({ expect }) => {
    const idOf = fc.stringMatching(/^[a-z0-9]{1,16}$/)
    const entries = fc.uniqueArray(
      fc.record({ id: idOf, length: fc.integer({ min: 32, max: 64 }) }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(entries, (ids) => {
        const written = ids.map(({ id, length }) => `${id}:${random(length)}`)
        const ring = parseKeyring(written.join(','))
        expect(
          ring?.map(({ id, bytes }) => `${id}:${Buffer.from(bytes).toString('base64url')}`),
        ).toEqual(written)
      }),
    )
  })

  test('may have spaces and line breaks around its entries', ({ expect }) => {
    expect(parseKeyring(` k2:${random()} ,\n k1:${random()}\n`)?.map(({ id }) => id)).toEqual([
      'k2',
      'k1',
    ])
  })

  const key = random()
  const refused: [what: string, text: string][] = [
    ['nothing', ''],
    ['no entry between commas', `k1:${key},`],
    ['no name', `:${key}`],
    ['no key', 'k1:'],
    ['a key alone', key],
    ['a name in capitals', `K1:${key}`],
    ['a name of 17 letters', `${'k'.repeat(17)}:${key}`],
    ['a key of 31 bytes', `k1:${random(31)}`],
    ['a key in standard base64', `k1:${'+/'.repeat(22)}`],
    ['padding', `k1:${key}=`],
    ['signs that are no byte', `k1:${key}AA`],
    ['stray bits in the last sign', `k1:${key.slice(0, -1)}B`],
    ['a repeated name', `k1:${key},k1:${random()}`],
    ['a repeated key', `k1:${key},k2:${key}`],
    ['one bad entry among good ones', `k1:${key},k2:short`],
    ['an object', '{"k1":"x"}'],
    ['zeros', `k1:${'A'.repeat(43)}`],
    ['one word over and over', `k1:${Buffer.from('secret'.repeat(8)).toString('base64url')}`],
    [
      'counted-up bytes',
      `k1:${Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('base64url')}`,
    ],
    [
      'a number',
      `k1:${Buffer.from('3141592653589793238462643383279502884197169399375105820974944592').toString('base64url')}`,
    ],
    ['a placeholder', `k1:change_me${random().slice(0, 34)}A`.slice(0, 46)],
    ['a placeholder spelled out', 'k1:CHANGEME-before-deploying-abcdefghijklmnopqrstu0123456789A'],
  ]
  test.for(refused)('is not %s', ([, text], { expect }) => {
    expect(parseKeyring(text)).toBeUndefined()
  })

  test('is nothing that happens to be a string', ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint }), (text) => {
        expect(parseKeyring(text)).toBeUndefined()
      }),
    )
  })

  test('of random bytes is never mistaken for a placeholder', ({ expect }) => {
    const draws = isDeep ? 20_000 : 2000
    for (let draw = 0; draw < draws; draw++) {
      expect(parseKeyring(`k1:${random()}`)).toBeDefined()
    }
  })
})
