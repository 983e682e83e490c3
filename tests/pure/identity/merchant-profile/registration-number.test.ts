import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { countryRules } from '../../../../src/identity/merchant-profile/country-rules'
import {
  checkNumber,
  showNumber,
} from '../../../../src/identity/merchant-profile/registration-number'
import { PUBLISHED, REFUSED } from '../../../vectors/business-numbers'

describe('numbers that companies and registers publish', () => {
  test.for(PUBLISHED)('%s %s %o', ([country, kind, [given, stored, shown]], { expect }) => {
    expect(checkNumber(kind, country, given)).toEqual({ stored, check: 'valid' })
    expect(showNumber(kind, country, stored)).toBe(shown)
    for (const spelling of [stored, shown, given.toLowerCase()]) {
      expect(checkNumber(kind, country, spelling)?.stored).toBe(stored)
    }
  })

  test('are of at least fifteen countries', ({ expect }) => {
    expect(new Set(PUBLISHED.map(([country]) => country)).size).toBeGreaterThan(15)
  })
})

test.for(REFUSED)('%s has no %s number %s: %s', ([country, kind, given], { expect }) => {
  expect(checkNumber(kind, country, given)).toBeUndefined()
})

describe('a country without a rule', () => {
  test.for([
    ['registration', 'DE', 'HRB 86891', 'HRB86891'],
    ['registration', 'IS', 'abc-1', 'ABC1'],
    ['tax', 'LI', '12345', '12345'],
    ['registration', 'TV', `A${'1'.repeat(38)}`, `A${'1'.repeat(38)}`],
  ] as const)('takes a %s number of %s by its shape, unchecked: %s', (entry, { expect }) => {
    const [kind, country, given, stored] = entry
    expect(checkNumber(kind, country, given)).toEqual({ stored, check: 'unchecked' })
    expect(showNumber(kind, country, stored)).toBe(stored)
  })

  test.for(['', 'ab', '-123', 'A_1', '１２３４', 'АБВ123', `A${'1'.repeat(39)}`, '12\n34', '<b>1'])(
    'does not take %j',
    (given, { expect }) => {
      expect(checkNumber('registration', 'IS', given)).toBeUndefined()
      expect(checkNumber('tax', 'FR', given)).toBeUndefined()
    },
  )

  test.for(['constructor', '__proto__', 'toString'])('is %s, too', (country, { expect }) => {
    expect(checkNumber('tax', country, '12345')?.check).toBe('unchecked')
  })
})

/** What the tests of stdnum itself say of each number in them, by the file of the rule. */
function corpus(file: string): readonly (readonly [string, boolean])[] {
  const text = readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, '')
  return text.split(/\b(?:it|test)\b/).flatMap((one) => {
    const isValid = !/toBeInstanceOf|isValid\)\.toEqual\(false/.test(one)
    if (!/\bvalidate\(/.test(one)) return []
    const [, list] = /^\.each\(\[([^\]]*)\]/.exec(one) ?? []
    const [, single] = /\bvalidate\(\s*'([^']*)'/.exec(one) ?? []
    const values = list ? [...list.matchAll(/'([^']*)'/g)].map(([, value = '']) => value) : [single]
    return values.flatMap((value) => (value === undefined ? [] : [[value, isValid] as const]))
  })
}

const SOURCE = readFileSync('src/identity/merchant-profile/country-rules.ts', 'utf8')
const rules = Object.entries(countryRules).flatMap(([country, kinds]) =>
  (['registration', 'tax'] as const).flatMap((kind) =>
    (kinds[kind] ?? []).map((rule) => ({ country, kind, rule })),
  ),
)

/** The rules of stdnum that the table names, each with the country and kind it stands under. */
const checked = [...SOURCE.matchAll(/'stdnum\/lib\/cjs\/([a-z]+)\/([a-z]+)\.js'/g)].map(
  ([, country = '', name = '']) => [country, name] as const,
)

describe('the tests of stdnum', () => {
  test('are there', ({ expect }) => {
    expect(checked.length).toBeGreaterThan(45)
    expect(globSync('node_modules/stdnum/src/*/*.spec.ts').length).toBeGreaterThan(100)
  })

  test.for(checked)('%s/%s says the same through our table', async ([code, name], { expect }) => {
    const module: unknown = await import(
      `../../../../node_modules/stdnum/lib/cjs/${code}/${name}.js`
    )
    const numbers = corpus(`node_modules/stdnum/src/${code}/${name}.spec.ts`)
    expect(numbers.length).toBeGreaterThan(0)
    const country = code.toUpperCase()
    const { validate } = module as { validate: (text: string) => { isValid: boolean } }
    const places = rules.filter(
      (entry) => entry.country === country && entry.rule.validate === validate,
    )
    expect(places.length).toBeGreaterThan(0)
    for (const { kind } of places) {
      const others = rules.filter(
        (entry) =>
          entry.country === country && entry.kind === kind && entry.rule.validate !== validate,
      )
      for (const [number, isValid] of numbers) {
        const isOther = others.some(({ rule }) => rule.validate(number.toUpperCase()).isValid)
        const found = checkNumber(kind, country, number)?.check === 'valid'
        expect([number, found]).toEqual([number, isValid || isOther])
      }
    }
  })
})
