import { randomBytes } from 'node:crypto'
import { describe, test } from 'vitest'
import { commonPasswords } from '../../../../src/identity/password-policy/guessing'
import {
  checkPassword,
  newPassword,
  presentedPassword,
  requireGoodPassword,
} from '../../../../src/identity/password-policy/policy'
import { PATIENCE } from '../../../../src/platform/patience'
import { problemCode } from '../../../../src/platform/problems'

const context = [
  'ada.lovelace@engines.example',
  'ada_l',
  'Ada Lovelace',
  'Analytical Engines Ltd.',
  'auth.phantom.example',
]
const common = await commonPasswords()
const codesOf = (password: string, minLength = 15) =>
  checkPassword(password, { minLength, context, common }).map(({ code }) => code)

const usable = (count: number) =>
  'violin harbour cactus '.repeat(9).slice(0, count).replace(/ $/, 'x')

describe('length', () => {
  test('is counted in code points', ({ expect }) => {
    const animals = Array.from('🐎🐄🐖🐑🐐🐕🐈🐓🦆🦉🐍🐢🐊🐘🦒')
    expect(animals).toHaveLength(15)
    expect(codesOf(animals.join(''))).toEqual([])
    expect(codesOf(animals.slice(1).join(''))).toEqual(['too_short'])
    expect(codesOf(animals.slice(0, 8).join(''))).toEqual(['too_short'])
  })

  test('is counted after NFC', ({ expect }) => {
    const text = 'çéñöüàèìòùâêîôû'
    expect(codesOf(text.normalize('NFD'))).toEqual([])
    expect(codesOf(text.slice(1).normalize('NFD'))).toEqual(['too_short'])
    expect(codesOf('z\u0301'.repeat(7))).toContain('too_short')
  })

  test('may be 15 and 128, not 14 and 129', ({ expect }) => {
    expect(codesOf(usable(14))).toEqual(['too_short'])
    expect(codesOf(usable(15))).toEqual([])
    expect(codesOf(usable(64))).toEqual([])
    expect(codesOf(usable(128))).toEqual([])
    expect(codesOf(usable(129))).toEqual(['too_long'])
    expect(codesOf('🐎'.repeat(129))).toEqual(['too_long'])
  })

  test('follows the setting', ({ expect }) => {
    expect(codesOf('kwzpgrtb', 8)).toEqual([])
    expect(codesOf('kwzpgrt', 8)).toEqual(['too_short'])
  })
})

describe('no rule', () => {
  const good: [what: string, password: string][] = [
    ['asks for capitals, digits or signs', 'violin harbour cactus moss'],
    ['asks for letters', '83920175629471885'],
    ['asks for ASCII', 'скрипка гавань кактус'],
    ['forbids spaces at the ends', ' violin harbour cactus '],
    ['forbids a NUL', 'violin\0harbour cactus'],
    ['forbids emoji', 'violin 🎻 harbour ⚓'],
    [
      'looks at parts: a phrase may hold a common word',
      'a long phrase that merely contains password',
    ],
    ['looks at parts: a phrase may hold the own name', 'lovelace walked her tortoise home'],
    ['looks at parts: a phrase may hold our name', 'the phantom dined on seven pears'],
    ['looks at parts: a phrase may hold a run', 'abc tunes and teapots galore'],
    ['forbids three common words', 'elephant baseball mountain'],
    ['forbids what a password manager makes', 'kV7#rTq2!mZxLp9w'],
    ['forbids a repeated word in a sentence', 'round and round the garden we went'],
  ]
  test.for(good)('%s', ([, password], { expect }) => {
    expect(codesOf(password)).toEqual([])
  })

  test('refuses random passwords', ({ expect }) => {
    for (let draw = 0; draw < 2000; draw++) {
      const password = randomBytes(12).toString('base64url')
      expect(codesOf(password), password).toEqual([])
    }
  })
})

describe('refused is', () => {
  const bad: [code: string, password: string][] = [
    ['too_common', 'passwordpassword'],
    ['too_common', 'PasswordPassword'],
    ['too_common', 'password password'],
    ['too_common', 'pass-word pass-word'],
    ['too_common', 'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ'],
    ['too_common', 'password123password123'],
    ['too_common', 'p@ssw0rdp@ssw0rd2024'],
    ['too_common', 'P@55w0rdP@55w0rd'],
    ['too_common', 'iloveyouiloveyou'],
    ['too_common', 'iloveyouiloveyouiloveyou1!'],
    ['too_common', 'sunshinebaseball'],
    ['too_common', 'dragon monkey 1234'],
    ['too_common', 'administrator2024'],
    ['too_common', 'password\0password'],
    ['too_common', 'summer2024summer2024'],
    ['too_common', '2024 password 2025'],
    ['too_common', 'thisismypassword'],
    ['too_common', 'correct horse battery staple'],
    ['too_common', 'CorrectHorseBatteryStaple1'],
    ['contextual', 'ada.lovelace@engines.example'],
    ['contextual', 'Ada.Lovelace@Engines.Example'],
    ['contextual', 'AdaLovelace1815'],
    ['contextual', 'ada-lovelace-ada-lovelace'],
    ['contextual', '4d4 l0v3l4c3 2024'],
    ['contextual', 'ada_l ada_l ada_l'],
    ['contextual', 'Analytical Engines Ltd.'],
    ['contextual', 'AnalyticalEngines1!'],
    ['contextual', 'phantomsecurity'],
    ['contextual', 'Phantom Security 2025'],
    ['contextual', 'phantommarketplace'],
    ['contextual', 'auth.phantom.example'],
    ['contextual', 'phantom password 1'],
    ['sequential', 'abcdefghijklmno'],
    ['sequential', '123456789012345'],
    ['sequential', '543210987654321'],
    ['sequential', 'qwertyuiopasdfg'],
    ['sequential', 'ZYXWVUTSRQPONML'],
    ['sequential', 'zaq12wsxcde34rfv'],
    ['sequential', 'q1w2e3r4t5y6u7i8'],
    ['sequential', '!@#$%^&*()_+qwe'],
    ['sequential', 'abcdefghij12345'],
    ['repetitive', 'aaaaaaaaaaaaaaa'],
    ['repetitive', 'abcabcabcabcabc'],
    ['repetitive', 'xk9xk9xk9xk9xk9'],
    ['repetitive', 'xk9vq2fxk9vq2fxk'],
    ['repetitive', 'aabbaabbccaabbcd'],
    ['repetitive', '🐎🐄🐎🐄🐎🐄🐎🐄🐎🐄🐎🐄🐎🐄🐎'],
    ['repetitive', 'пароль пароль пароль'],
    ['repetitive', '\0'.repeat(15)],
  ]
  test.for(bad)('%s: %j', ([code, password], { expect }) => {
    expect(codesOf(password)).toEqual([code])
  })

  test('what belongs to the owner, for the owner alone', ({ expect }) => {
    const password = 'Grace Hopper 1906'
    const own = (names: string[]) =>
      checkPassword(password, { minLength: 15, context: names, common })
    expect(own(['grace.hopper@navy.example'])[0]?.code).toBe('contextual')
    expect(own(['ada@example.com'])).toEqual([])
  })

  test('a common password of the length that a lower setting allows', ({ expect }) => {
    expect(codesOf('baseball', 8)).toEqual(['too_common'])
    expect(codesOf('baseball1', 8)).toEqual(['too_common'])
    expect(codesOf('trustno1', 8)).toEqual(['too_common'])
  })

  test('for each reason at once, and each one says what to do', ({ expect }) => {
    const errors = checkPassword('Password1', {
      minLength: 15,
      context,
      common,
      pointer: '#/new_password',
    })
    expect(errors.map(({ code }) => code)).toEqual(['too_short', 'too_common'])
    for (const { pointer, detail } of errors) {
      expect(pointer).toBe('#/new_password')
      expect(detail).toMatch(/words/)
      expect(detail).not.toContain('Password1')
    }
    expect(checkPassword('short', { minLength: 15, context, common })[0]?.pointer).toBe(
      '#/password',
    )
  })
})

describe('the shape of a password in a body', () => {
  test.for([newPassword, presentedPassword])(
    'is any well-formed text of 1 to 1024 units: %#',
    (schema, { expect }) => {
      const accepts = (value: unknown) => schema.safeParse(value).success
      expect(accepts('')).toBe(false)
      expect(accepts('a')).toBe(true)
      expect(accepts('a'.repeat(1024))).toBe(true)
      expect(accepts('a'.repeat(1025))).toBe(false)
      expect(accepts('\ud83d')).toBe(false)
      for (const value of [null, 1, true, ['a'], { password: 'a' }])
        expect(accepts(value)).toBe(false)
      const kept = ' \0 Ｐ\u0065\u0301\ufeff '
      expect(schema.parse(kept)).toBe(kept)
    },
  )
})

test('a bad password is a problem that names its reasons', async ({ expect }) => {
  const settings = {
    PASSWORD_MIN_LENGTH: 15,
    PUBLIC_URL: 'https://keys.shop.example',
    BREACHED_PASSWORDS_URL: '',
    BREACHED_PASSWORDS_FAIL_OPEN: false,
  }
  const refusal = (password: string, names: (string | null | undefined)[] = []) =>
    requireGoodPassword({ settings, patience: PATIENCE }, password, names).then(
      () => undefined,
      problemCode,
    )
  expect(
    await refusal('violin harbour cactus', ['ada@example.com', null, undefined]),
  ).toBeUndefined()
  expect(await refusal('short')).toBe('password_rejected')
  expect(await refusal('keys.shop.example')).toBe('password_rejected')
  expect(await refusal('ada.lovelace.1815', ['ada@lovelace.example', null])).toBe(
    'password_rejected',
  )
})

test('the costliest check takes milliseconds, whatever is sent', ({ expect }) => {
  const costly = [
    'a',
    'ab1$',
    'password',
    '🐎',
    'ﷺ',
    'e\u0301',
    'qwertyuiop',
    '0123456789',
    '@',
  ].map((unit) => Array.from(unit.repeat(128)).slice(0, 128).join(''))
  const names = Array.from({ length: 10 }, (_, at) => `name${at} ${'x y z w '.repeat(20)}`)
  const check = (password: string) =>
    checkPassword(password, { minLength: 15, context: names, common })
  costly.forEach(check)
  const started = performance.now()
  for (let round = 0; round < 10; round++) costly.forEach(check)
  expect((performance.now() - started) / costly.length / 10).toBeLessThan(50)
})
