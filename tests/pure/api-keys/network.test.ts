import fc from 'fast-check'
import { describe, test } from 'vitest'
import { isInNetworks, network } from '../../../src/api-keys/network'
import { canonicalIp } from '../../../src/platform/ip-address'

const read = (text: string) => network.safeParse(text).data

describe('a network', () => {
  test.for<[string, string]>([
    ['192.0.2.7', '192.0.2.7/32'],
    ['192.0.2.7/24', '192.0.2.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10.255.255.255/9', '10.128.0.0/9'],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1/128'],
    ['2001:db8:ffff::/33', '2001:db8:8000:0:0:0:0:0/33'],
    ['::/0', '0:0:0:0:0:0:0:0/0'],
    ['::ffff:192.0.2.7', '192.0.2.7/32'],
  ])('%s is kept as %s', ([text, kept], { expect }) => {
    expect(read(text)).toBe(kept)
  })

  test.for([
    '',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/024',
    '192.0.2.0/',
    '192.0.2.0/24 ',
    '192.0.2.0 198.51.100.0',
    '2001:db8::/129',
    '::ffff:192.0.2.0/120',
    '2001:db8::1%eth0',
    'fe80::1%eth0',
    // A dotted part stands at the end alone, and a leading zero could be read as octal.
    '10.0.0.1::ff',
    '::ffff:10.0.0.1:256',
    '010.0.0.1',
    '*',
  ])('%j is none', (text, { expect }) => {
    expect(read(text)).toBeUndefined()
  })

  test('holds an address if and only if their first bits are the same', ({ expect }) => {
    const valueOf = (ip: string) =>
      ip.includes(':')
        ? ip.split(':').reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
        : ip.split('.').reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n)
    for (const [address, bits] of [
      [fc.ipV4(), 32],
      [fc.ipV6(), 128],
    ] as const) {
      fc.assert(
        fc.property(address, address, fc.integer({ min: 0, max: bits }), (a, b, length) => {
          const [one = '', two = ''] = [canonicalIp(a), canonicalIp(b)]
          if (one.includes(':') !== two.includes(':')) return
          const rest = BigInt((one.includes(':') ? 128 : 32) - length)
          const kept = read(`${one}/${length}`)
          if (kept === undefined) return expect(rest < 0n).toBe(true)
          const isIn = valueOf(one) >> rest === valueOf(two) >> rest
          expect(isInNetworks(two, [kept])).toBe(isIn)
          expect(isInNetworks(one, [kept])).toBe(true)
        }),
      )
    }
    expect(isInNetworks('::1', ['0.0.0.0/0'])).toBe(false)
    expect(isInNetworks('192.0.2.1', ['0:0:0:0:0:0:0:0/0'])).toBe(false)
    for (const nowhere of ['unknown', '', 'service']) {
      expect(isInNetworks(nowhere, ['0.0.0.0/0', '0:0:0:0:0:0:0:0/0'])).toBe(false)
    }
  })
})
