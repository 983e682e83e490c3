import fc from 'fast-check'
import { describe, test } from 'vitest'
import { emailAddress, emailKey, loginIdentifier } from '../../../../src/platform/text/email-key'
import { anyCodePoint } from '../../../support/code-points'
import { addressLimits, refusedAddresses, sameAddresses } from '../../../vectors/addresses'

const accepts = (address: string) => emailAddress.safeParse(address).success
describe('the key of an address', () => {
  test.for(sameAddresses)('%s is %s', ([given, key], { expect }) => {
    expect(accepts(given)).toBe(true)
    expect(emailKey(given)).toBe(key)
  })

  test('keeps dots and tags apart: what they mean is the provider’s business', ({ expect }) => {
    const keys = ['ada.l@example.com', 'adal@example.com', 'adal+x@example.com'].map(emailKey)
    expect(new Set(keys).size).toBe(3)
  })

  const local = fc
    .array(fc.stringMatching(/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,10}$/), {
      minLength: 1,
      maxLength: 5,
    })
    .map((atoms) => atoms.join('.'))
  const host = fc
    .tuple(
      fc.array(fc.stringMatching(/^[A-Za-z0-9äöüÄÖÜéßøñ]{1,12}$/), { minLength: 1, maxLength: 3 }),
      fc.stringMatching(/^[A-Za-z]{2,10}$/),
    )
    .map(([labels, top]) => [...labels, top].join('.'))
  const addresses = fc.tuple(local, host).map(([left, right]) => `${left}@${right}`)

  test('is its own key, and ASCII', ({ expect }) => {
    fc.assert(
      fc.property(addresses, (address) => {
        fc.pre(accepts(address))
        const key = emailKey(address)
        expect(emailKey(key)).toBe(key)
        // oxlint-disable-next-line no-control-regex -- ASCII is the range meant
        expect(key).toMatch(/^[\x21-\x40\x5b-\x7e]+$/)
      }),
    )
  })

  test('does not depend on case or on the form of accents', ({ expect }) => {
    fc.assert(
      fc.property(addresses, (address) => {
        fc.pre(accepts(address) && !/ß/i.test(address))
        const key = emailKey(address)
        expect(emailKey(address.toUpperCase())).toBe(key)
        expect(emailKey(address.toLowerCase())).toBe(key)
        const decomposed = address.normalize('NFD')
        if (decomposed.length <= 254) expect(emailKey(decomposed)).toBe(key)
      }),
    )
  })

  test('is never made of anything that the schema refuses', ({ expect }) => {
    expect(() => emailKey('ada@localhost')).toThrow(TypeError)
    // Its key would be short enough: accents typed apart are two characters each.
    const long = `a@${Array.from({ length: 3 }, () => 'e\u0301'.repeat(50)).join('.')}.com`
    expect(accepts(long)).toBe(false)
    expect(() => emailKey(long)).toThrow(TypeError)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCodePoint }),
          fc.string().map((text) => `${text}@a.example`),
        ),
        (text) => {
          if (accepts(text)) expect(emailKey(emailKey(text))).toBe(emailKey(text))
          else expect(() => emailKey(text)).toThrow(TypeError)
        },
      ),
    )
  })
})

describe('not an address', () => {
  test.for(refusedAddresses)('%s', ([, address], { expect }) => {
    expect(accepts(address)).toBe(false)
    expect(loginIdentifier.safeParse(address).success).toBe(address === 'ada.example.com')
  })

  test.for(addressLimits)('more than %s', ([, longest, tooLong], { expect }) => {
    expect(accepts(longest)).toBe(true)
    expect(accepts(tooLong)).toBe(false)
  })

  test.for([null, undefined, 1, true, {}, ['a@example.com', 'b@example.com']])(
    '%j',
    (value, { expect }) => {
      expect(emailAddress.safeParse(value).success).toBe(false)
      expect(loginIdentifier.safeParse(value).success).toBe(false)
    },
  )
})

describe('a login identifier', () => {
  test('is an address or a username, and each spelling of one has one key', ({ expect }) => {
    const of = (text: string) => loginIdentifier.parse(text)
    expect(of('Ada@EXAMPLE.com')).toEqual({ kind: 'email', key: 'ada@example.com' })
    expect(of('Ada_L')).toEqual({ kind: 'username', key: 'ada_l' })
    expect(of('admin')).toEqual({ kind: 'username', key: 'admin' })
  })

  const refused = [
    '',
    'ab',
    ' ada',
    'ada ',
    'аda',
    'ａda',
    'ada\0',
    'ada\n',
    'usr_a/../b',
    '+31612345678',
  ]
  test.for(refused)('is not %j', (text, { expect }) => {
    expect(loginIdentifier.safeParse(text).success).toBe(false)
  })
})

test('100,000 characters are refused at once', ({ expect }) => {
  const hostile = ['a', 'a.', '.', '@', 'a@', 'a-', 'é', 'é.', '\u0300', 'xn--', 'ﷺ', '(', '"a".']
  const started = performance.now()
  for (const unit of hostile) {
    const text = unit.repeat(100_000 / unit.length)
    for (const address of [text, `a@${text}`, `${text}@example.com`, `a@${text}.com`]) {
      expect(accepts(address)).toBe(false)
      expect(loginIdentifier.safeParse(address).success).toBe(false)
    }
  }
  // Over a hundred checks; a quadratic one would take minutes.
  expect(performance.now() - started).toBeLessThan(3000)
})
