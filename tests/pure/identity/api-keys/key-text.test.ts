import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { newKeyId, newKeyText, readKeyText } from '../../../../src/identity/api-keys/key-text'
import { newRing, rotated } from '../../../support/keyrings'
import { strangersKey } from '../../../support/strangers-key'

const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const settings = { SEALING_KEYS: newRing() }
const key = () => newKeyText(settings, newKeyId())

describe('the text of an API key', () => {
  test('is read as it was made, and no two are alike', ({ expect }) => {
    const keys = Array.from({ length: 200 }, key)
    for (const made of keys) expect(readKeyText(settings, made.text)).toEqual(made)
    for (const part of ['id', 'text', 'hash'] as const) {
      expect(new Set(keys.map((made) => made[part])).size).toBe(200)
    }
    const [{ id } = { id: '' }] = keys
    expect(newKeyText(settings, id).text).not.toBe(newKeyText(settings, id).text)
  })

  test('ends in the CRC-32 of the rest in base 62, so that any scanner can check it', ({
    expect,
  }) => {
    const { text } = key()
    const number = Array.from(text.slice(-6)).reduce(
      (sum, sign) => sum * 62 + SIGNS.indexOf(sign),
      0,
    )
    expect(number).toBe(crc32(text.slice(0, -6)))
  })

  test('with one sign mistyped, left out, doubled or swapped is no key', ({ expect }) => {
    const { text } = key()
    const at = fc.integer({ min: 0, max: text.length - 1 })
    fc.assert(
      fc.property(at, fc.constantFrom(...Array.from(SIGNS)), (index, sign) => {
        const spliced = (count: number, ...signs: string[]) =>
          Array.from(text)
            .toSpliced(index, count, ...signs)
            .join('')
        const [a = '', b = ''] = text.slice(index)
        for (const typo of [spliced(1, sign), spliced(1), spliced(1, a, a), spliced(2, b, a)]) {
          expect(typo === text || readKeyText(settings, typo) === undefined).toBe(true)
        }
      }),
    )
  })

  test('is of this service alone: anybody can compute the check, and nobody the rest', ({
    expect,
  }) => {
    const { id, text } = key()
    const theirs = newKeyText({ SEALING_KEYS: newRing() }, id).text
    const madeUp = [strangersKey(), strangersKey(id), strangersKey(id, text)]
    // A secret of their own under another id.
    for (const other of [theirs, ...madeUp, strangersKey(id, key().text, 43)]) {
      expect([other.length, readKeyText(settings, other)]).toEqual([text.length, undefined])
    }
    const later = { SEALING_KEYS: rotated(settings.SEALING_KEYS, 'k2') }
    expect(readKeyText(later, text)?.id).toBe(id)
    expect(readKeyText(settings, newKeyText(later, id).text)).toBeUndefined()
  })

  test('is nothing else', ({ expect }) => {
    const { text } = key()
    for (const other of ['', text.toLowerCase(), ` ${text}`, `${text}\n`, `${text}${text}`]) {
      expect(readKeyText(settings, other)).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (any) => readKeyText(settings, any) === undefined),
    )
  })
})
