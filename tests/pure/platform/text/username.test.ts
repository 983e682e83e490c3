import fc from 'fast-check'
import { describe, test } from 'vitest'
import { username, usernameKey } from '../../../../src/platform/text/username'

const accepts = (text: string) => username.safeParse(text).success

describe('a username', () => {
  const good = [
    'ada',
    'Ada.Lovelace',
    'a-1',
    'ada_l',
    'a..b',
    `a${'b'.repeat(29)}`,
    'supporter',
    'Ramon',
  ]
  test.for(good)('may be %s', (text, { expect }) => {
    expect(username.parse(text)).toBe(text)
    expect(usernameKey(text)).toBe(text.toLowerCase())
  })

  const bad: [what: string, text: string][] = [
    ['two letters', 'ab'],
    ['31 letters', `a${'b'.repeat(30)}`],
    ['empty', ''],
    ['begun with a digit', '1ada'],
    ['begun with a dot', '.ada'],
    ['an address', 'ada@example.com'],
    ['two words', 'ada lovelace'],
    ['padded', ' ada'],
    ['ended by a line feed', 'ada\n'],
    ['Cyrillic', 'аdmin'],
    ['full-width', 'ａda'],
    ['accented', 'adä'],
    ['hiding a zero-width space', 'ad\u200bmin'],
    ['turned by a bidirectional override', '\u202enimda'],
    ['ended by a NUL', 'ada\0'],
    ['a Kelvin sign', '\u212Aelvin'],
    ['a path', '../ada'],
    ['a query', "a' OR 1=1"],
    ['a template', '{{7*7}}'],
  ]
  test.for(bad)('is not %s', ([, text], { expect }) => {
    expect(accepts(text)).toBe(false)
    expect(usernameKey(text)).toBeUndefined()
  })

  const reserved = [
    'admin',
    'Admin',
    'ADMIN',
    'a.d.m.i.n',
    'admin_',
    '_admin',
    'adm1n',
    'adrnin',
    'Adm-In',
    'administrator',
    'root',
    'r00t',
    'support',
    'supp0rt',
    'sUpP0rT',
    'phantom',
    'phant0m',
    'phantom-security',
    'PhantomSecurity',
    'security',
    '5ecurity',
    'system',
    'merchant',
    'postmaster',
    'postrnaster',
    'www',
    'vvww',
    'null',
    'nu11',
    'bi11ing',
    'biIIing',
  ]
  test.for(reserved)('is not %s, which would pass for the platform', (text, { expect }) => {
    expect(accepts(text)).toBe(false)
  })

  test('has a key that no case changes and that is its own key', ({ expect }) => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{2,29}$/), (text) => {
        const key = usernameKey(text)
        expect(key).toBeDefined()
        expect(usernameKey(text.toUpperCase())).toBe(key)
        expect(usernameKey(key ?? '')).toBe(key)
      }),
    )
  })
})
