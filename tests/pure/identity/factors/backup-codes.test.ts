import { describe, test } from 'vitest'
import {
  backupCodeHash,
  isBackupCode,
  newBackupCode,
} from '../../../../src/identity/factors/backup-codes'

const CODE = '0123-4567-89AB-CDEF-GHJK-MNPQ'

describe('a backup code', () => {
  test('has 24 characters of 32, each as likely as another', ({ expect }) => {
    const codes = Array.from({ length: 2000 }, newBackupCode)
    expect(new Set(codes).size).toBe(2000)
    expect(
      codes.every((code) => /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/.test(code)),
    ).toBe(true)
    const counts = Map.groupBy(codes.join('').replaceAll('-', ''), (char) => char)
    expect(counts.size).toBe(32)
    // 1,500 each are expected, with a deviation of 38: eight times that happens to nobody.
    for (const { length } of counts.values()) expect(Math.abs(length - 1500)).toBeLessThan(310)
  })

  test('is one code in every spelling of a person', ({ expect }) => {
    const spellings = [
      CODE.toLowerCase(),
      CODE.replaceAll('-', ''),
      CODE.replaceAll('-', ' '),
      ` ${CODE}\n`,
      CODE.replace('0', 'O').replace('1', 'I'),
      CODE.replace('0', 'o').replace('1', 'l'),
    ]
    for (const spelling of spellings) {
      expect([spelling, isBackupCode(spelling)]).toEqual([spelling, true])
      expect(backupCodeHash(spelling)).toBe(backupCodeHash(CODE))
    }
  })

  test('is not a text with a character too few, too many, or of another kind', ({ expect }) => {
    const others = [
      '',
      '123456',
      CODE.slice(1),
      `${CODE}0`,
      CODE.replace('2', 'U'),
      `${CODE}\u200b`,
    ]
    for (const other of [...others, CODE.replace('A', 'А'), CODE.replace('3', '３')]) {
      expect([other, isBackupCode(other)]).toEqual([other, false])
    }
  })
})
