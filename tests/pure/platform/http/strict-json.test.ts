import fc from 'fast-check'
import { describe, test } from 'vitest'
import { parseStrictJson } from '../../../../src/platform/body/strict-json'
import { isDeep } from '../../../support/many'

const parse = (text: string) => parseStrictJson(new TextEncoder().encode(text))
const pointerOf = (text: string) => {
  const result = parse(text)
  return result.status === 'refused' ? result.error.pointer : result.status
}

describe('what is JSON to everyone', () => {
  /** No name that is refused, no depth that is refused, no number that is not exact. */
  const name = fc
    .string({ unit: 'grapheme' })
    .filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))
  const leaf = fc.oneof(
    fc.constantFrom(null, true, false),
    fc.string({ unit: 'grapheme' }),
    fc.maxSafeInteger().filter((value) => !Object.is(value, -0)),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
      .filter((value) => value !== 0),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 7, withCrossShrink: true }, leaf, tie('object'), tie('list')),
    object: fc.dictionary(name, tie('tree'), { noNullPrototype: true }),
    list: fc.array(tie('tree')),
  }))

  test('is read as JSON.parse reads it, in any layout', ({ expect }) => {
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 1, '\t', ' \r'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parse(text)).toEqual({ status: 'parsed', text })
      }),
      { numRuns: isDeep ? 500 : 100 },
    )
  })

  test('and nothing else is, whatever the bytes', ({ expect }) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string().map((s) => new TextEncoder().encode(s)),
        ),
        (bytes) => {
          const result = parseStrictJson(bytes)
          let isJson = true
          try {
            JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
          } catch {
            isJson = false
          }
          expect(result.status === 'malformed').toBe(!isJson)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('a name that stands twice is found wherever it stands', ({ expect }) => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 3 }), name, tree, (before, twice, value) => {
        const member = `${JSON.stringify(twice)}:${JSON.stringify(value)}`
        const text = `{"list":${JSON.stringify(before)},"deep":{${member},"x":[1,"}"],${member}}}`
        fc.pre(
          twice !== 'x' &&
            parse(`{"deep":{${member}},"list":${JSON.stringify(before)}}`).status === 'parsed',
        )
        expect(parse(text)).toMatchObject({
          status: 'refused',
          error: { detail: 'is given twice' },
        })
      }),
    )
  })
})

describe('names', () => {
  test.for([
    ['{"role":"a","role":"b"}', '#/role'],
    ['{"role":"a","r\\u006fle":"b"}', '#/role'],
    ['{"a":[{"b":1},{"c":1,"c":2}]}', '#/a/1/c'],
    ['{"a/b":{"~":1,"~":2}}', '#/a~1b/~0'],
    ['{"é":1,"\\u00e9":2}', '#/%C3%A9'],
    ['{"":1,"":2}', '#/'],
    ['{"__proto__":{}}', '#/__proto__'],
    ['{"a":{"\\u005f_proto__":1}}', '#/a/__proto__'],
    ['{"constructor":1}', '#/constructor'],
    ['[{"prototype":1}]', '#/0/prototype'],
  ] as const)('%s is refused at %s', ([text, pointer], { expect }) => {
    expect(pointerOf(text)).toBe(pointer)
  })

  test('the same name in two objects is no fault, nor is a value equal to a name', ({ expect }) => {
    expect(pointerOf('{"a":{"b":"a"},"b":[{"b":1},{"b":2}],"c":"__proto__"}')).toBe('parsed')
  })
})

describe('text', () => {
  test.for(['"\\ud800"', '"a\\udc00b"', '"\\udc00\\ud800"', '"\\ud800\\\\udc00"'])(
    '%s holds half a character and is refused',
    (text, { expect }) => {
      expect(pointerOf(`{"a":${text}}`)).toBe('#/a')
      expect(pointerOf(`{${text}:1}`)).toMatch(/^#\//)
    },
  )

  test('a whole pair is one character', ({ expect }) => {
    const text = '{"a":"\\ud83d\\ude00"}'
    expect(parse(text)).toEqual({ status: 'parsed', text })
  })

  test.for([
    ['a byte that is not UTF-8', [0x22, 0xc3, 0x28, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a pair as UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['UTF-16 without a mark', [0x7b, 0x00, 0x7d, 0x00]],
    ['nothing', []],
    ['a NUL byte', [0x7b, 0x7d, 0x00]],
  ] as const)('%s is malformed', ([, bytes], { expect }) => {
    expect(parseStrictJson(new Uint8Array(bytes)).status).toBe('malformed')
  })
})

describe('numbers', () => {
  test.for([
    '1e400',
    '-1e999',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '-0',
    '-0.0',
    '1e300',
  ])('%s is not what JSON.parse makes of it', (number, { expect }) => {
    expect(pointerOf(`{"a":[0,${number}]}`)).toBe('#/a/1')
    expect(pointerOf(number)).toBe('#')
  })

  test.for(['0', '-1', '1.5', '9007199254740991', '-9007199254740991', '1E3', '2.5e-3'])(
    '%s is kept',
    (number, { expect }) => {
      expect(pointerOf(`[${number}]`)).toBe('parsed')
    },
  )
})

describe('size', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  test('eight levels are taken, nine are not', ({ expect }) => {
    expect(pointerOf(nested(8))).toBe('parsed')
    expect(pointerOf(nested(9))).toBe('#/0/0/0/0/0/0/0/0')
    expect(pointerOf(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`)).toBe('#/a/a/a/a/a/a/a/a')
  })

  test.for([10_000, 100_000])('%i levels end in a refusal, not in a crash', (depth, { expect }) => {
    expect(['refused', 'malformed']).toContain(parse(nested(depth)).status)
    expect(['refused', 'malformed']).toContain(parse('['.repeat(depth)).status)
  })

  test('many names are read in one pass', ({ expect }) => {
    const text = `{${Array.from({ length: 200_000 }, (_, index) => `"k${index}":0`).join()}}`
    expect(parse(text).status).toBe('parsed')
    expect(pointerOf(`${text.slice(0, -1)},"k7":0}`)).toBe('#/k7')
  })

  test('a long run of backslashes is read in one pass', ({ expect }) => {
    const startedAt = performance.now()
    expect(parse(`["${'\\\\'.repeat(8_000)}"]`).status).toBe('parsed')
    expect(parse(`["${'\\\\'.repeat(8_000)}`).status).toBe('malformed')
    expect(performance.now() - startedAt).toBeLessThan(500)
  })
})
