import { execFileSync, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { describe, test } from 'vitest'
import {
  codeAt,
  newSeed,
  otpauthUri,
  stepAt,
  stepOfCode,
} from '../../../../src/identity/factors/totp'
import { many } from '../../../support/many'
import { hotp, rfcSeed, totp } from '../../../vectors/one-time-passwords'

/** Debian's, of another author and another language. */
const ORACLE = 'oathtool'
const STEP_MS = 30_000
const NOW = Date.UTC(2026, 10, 24, 12, 0, 7)

describe('the codes of an app', () => {
  test('are those of RFC 4226, Appendix D', ({ expect }) => {
    expect(hotp.map((_code, counter) => codeAt(rfcSeed, counter))).toEqual(hotp)
  })

  test.for(totp)('are those of RFC 6238, Appendix B, at $seconds s', (vector, { expect }) => {
    const { seconds, code } = vector
    expect(codeAt(rfcSeed, stepAt(seconds * 1000))).toBe(code.slice(-6))
    expect(stepOfCode(rfcSeed, code.slice(-6), seconds * 1000)).toBe(Math.floor(seconds / 30))
  })

  test('are those of oathtool, for random seeds and times', ({ expect, skip }) => {
    if (spawnSync(ORACLE, ['--version']).error) {
      skip('needs oathtool: apt-get install -y oathtool')
    }
    for (let round = 0; round < many(25); round++) {
      const seed = newSeed()
      const seconds = randomInt(4_102_444_800)
      const window = ['--now', `@${seconds}`, '--window', '7']
      const theirs = execFileSync(ORACLE, ['--totp', '--base32', ...window, seed], {
        encoding: 'utf8',
      })
      const first = stepAt(seconds * 1000)
      const ours = Array.from({ length: 8 }, (_, offset) => codeAt(seed, first + offset))
      expect({ seed, seconds, codes: ours }).toEqual({
        seed,
        seconds,
        codes: theirs.trim().split('\n'),
      })
    }
  })
})

describe('stepOfCode', () => {
  const seed = newSeed()
  const current = stepAt(NOW)

  test('finds the present step and the one before, and no other', ({ expect }) => {
    const found = [-3, -2, -1, 0, 1, 2].map((offset) =>
      stepOfCode(seed, codeAt(seed, current + offset), NOW),
    )
    expect(found).toEqual([undefined, undefined, current - 1, current, undefined, undefined])
  })

  test('changes at the full half minute: a code lives 59.999 s', ({ expect }) => {
    const begins = current * STEP_MS
    const code = codeAt(seed, current)
    const at = (now: number) => stepOfCode(seed, code, now)
    expect([at(begins - 1), at(begins)]).toEqual([undefined, current])
    expect([at(begins + 2 * STEP_MS - 1), at(begins + 2 * STEP_MS)]).toEqual([current, undefined])
  })

  test('takes the code as it is, and nothing that only begins like it', ({ expect }) => {
    const code = codeAt(seed, current)
    for (const other of ['', code.slice(1), `${code}0`, ` ${code}`, String(Number(code) + 0.5)]) {
      expect(stepOfCode(seed, other, NOW)).toBeUndefined()
    }
  })
})

describe('a seed', () => {
  test('has 160 bits in base32, and never comes twice', ({ expect }) => {
    const seeds = Array.from({ length: 100 }, newSeed)
    expect(seeds.filter((seed) => /^[A-Z2-7]{32}$/.test(seed))).toHaveLength(100)
    expect(new Set(seeds).size).toBe(100)
  })

  test('travels to the app in a URI whose label cannot add a field', ({ expect }) => {
    for (const account of ['ada@example.com', 'a+b&secret=AAAA?x=1#y/é:%41@exämple.com']) {
      const uri = new URL(otpauthUri(rfcSeed, account))
      expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
        'otpauth:',
        'totp',
        `/Phantom:${account}`,
      ])
      expect(Object.fromEntries(uri.searchParams)).toEqual({
        issuer: 'Phantom',
        secret: rfcSeed,
        algorithm: 'SHA1',
        digits: '6',
        period: '30',
      })
      expect(uri.hash).toBe('')
    }
  })
})
