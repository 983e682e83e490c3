import { describe, test } from 'vitest'
import { displayName, plainText } from '../../../../src/platform/text/display-name'

const accepts = (text: string) => displayName.safeParse(text).success

describe('a display name', () => {
  const good = [
    'Ada',
    'Ada Lovelace',
    "Conan O'Brien",
    'J. R. R. Tolkien',
    'J.R.R. Tolkien',
    'Dr. Müller-Lüdenscheidt',
    '王小明',
    '山田　太郎',
    'محمد',
    'नरेंद्र',
    'Ada ❤️',
    'José María',
    'Sammy Davis, Jr.',
    '{{7*7}}',
    '%s%n',
    '<b>Ada</b>',
    'A',
    'x'.repeat(80),
    '𝒳'.repeat(80),
  ]
  test.for(good)('may be %s', (text, { expect }) => {
    expect(displayName.parse(text)).toBe(text.normalize('NFC'))
  })

  test('is kept in composed form', ({ expect }) => {
    expect(displayName.parse('Zoe\u0308')).toBe('Zo\u00eb')
  })

  const bad: [what: string, text: string][] = [
    ['empty', ''],
    ['81 characters', 'x'.repeat(81)],
    ['81 characters outside the BMP', '𝒳'.repeat(81)],
    ['blank', '   '],
    ['without letter or digit', '...'],
    ['padded', 'Ada '],
    ['led by a no-break space', '\u00a0Ada'],
    ['two lines', 'Ada\nBcc: me@y.com'],
    ['CRLF', 'Ada\r\nBcc: x'],
    ['an SMTP end', 'Ada\r\n.\r\nMAIL FROM:<x>'],
    ['a line separator', 'Ada\u2028x'],
    ['a paragraph separator', 'Ada\u2029x'],
    ['a NUL', 'Ada\0'],
    ['an escape sequence', '\u001b[31mAda'],
    ['a C1 control', 'Ada\u0085x'],
    ['a bidirectional override', 'Ada\u202enimda'],
    ['an isolate', '\u2067Ada\u2069'],
    ['a zero-width space', 'ad\u200bmin'],
    ['a zero-width joiner', 'ad\u200dmin'],
    ['a word joiner', 'ad\u2060min'],
    ['a byte-order mark', '\ufeffAda'],
    ['a soft hyphen', 'ad\u00admin'],
    ['a Hangul filler', '\u3164Ada'],
    ['a Braille blank', 'Ada\u2800x'],
    ['tag characters', 'Ada\u{e0041}'],
    ['a lone surrogate', 'Ada\ud800'],
    ['private use', 'Ada\ue000'],
    ['piled-up marks', `A${'\u0301\u0300\u0302\u0303\u0304\u0306'.repeat(2)}da`],
  ]
  test.for(bad)('is not %s', ([, text], { expect }) => {
    expect(accepts(text)).toBe(false)
    expect(plainText(80).safeParse(text).success).toBe(false)
  })

  const links = [
    'http://evil.example',
    'Ada https://t.co/x',
    'Visit WWW.evil',
    'evil.com',
    'Ada, see evil.co.uk',
    'evil．com',
    'evil。com',
    'ｗｗｗ.evil',
    'me@evil.com',
    'mailto:me',
    'tel://1',
    'javascript://x',
    'evil.рф',
    '１.com',
  ]
  test.for(links)('is not %s, which a mail program makes a link', (text, { expect }) => {
    expect(accepts(text)).toBe(false)
  })
})

test('plain text may name a site, and has the length it is given', ({ expect }) => {
  expect(plainText(200).parse('Booking.com B.V.')).toBe('Booking.com B.V.')
  expect(plainText(3).safeParse('abc').success).toBe(true)
  expect(plainText(3).safeParse('abcd').success).toBe(false)
})

test('100,000 characters are refused at once', ({ expect }) => {
  const started = performance.now()
  for (const unit of ['a', 'a.', ' ', '\u0301', 'www', ':/'])
    expect(accepts(unit.repeat(100_000 / unit.length))).toBe(false)
  expect(performance.now() - started).toBeLessThan(1000)
})
