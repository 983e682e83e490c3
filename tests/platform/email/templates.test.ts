import { describe, test } from 'vitest'
import { composeSample } from '../../../scripts/mails/compose-sample'
import { samples } from '../../../scripts/mails/samples'
import { mails } from '../../../src/mails'
import { deviceName } from '../../../src/platform/email/device-name'
import { isHeaderSafe } from '../../../src/platform/email/header-safety'
import { type Language, languages } from '../../../src/platform/email/language'
import { renderLetter } from '../../../src/platform/email/layout'
import type { Block, Letter } from '../../../src/platform/email/letter'
import { plainName } from '../../../src/platform/email/plain-name'
import type { TemplateName } from '../../../src/platform/email/register'

const names = Object.keys(samples) as TemplateName[]
const cases = names.flatMap((name) => languages.map((language) => [name, language] as const))

const NASTY = `<img src=https://evil.test/x onerror=alert(1)>"'&{{7*7}}\${7*7}%s%n\r\nBcc: a@evil.test`
/** What a user chooses, or a header that he sends. */
const CHOSEN = /^(usernameTaken|ip|country|device|newEmail|address|name|username|reason)$/

/** A sample in which everything that can be hostile is. */
const hostile = (data: object) =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => {
      if (key === 'link') return [key, `${String(value)}"onmouseover="x`]
      return [key, CHOSEN.test(key) ? NASTY : value]
    }),
  )

const friendlyLetters = (name: TemplateName, language: Language) =>
  samples[name].map((data) => composeSample(name, language, data))
const hostileLetters = (name: TemplateName, language: Language) =>
  samples[name].map((data) => composeSample(name, language, hostile(data)))
const allLetters = (name: TemplateName, language: Language) => [
  ...friendlyLetters(name, language),
  ...hostileLetters(name, language),
]

const NOT_ME: Record<Language, RegExp> = {
  en: /^If (this was not you|you are not signing in|you did not expect this)/,
  de: /^Wenn Sie (das nicht waren|sich gerade nicht anmelden|das nicht erwartet haben)/,
  fr: /^Si (ce n’était pas vous|vous n’êtes pas en train de vous connecter|vous ne vous y attendiez pas)/,
}

function blockParts(block: Block): readonly string[] {
  if (typeof block === 'string') return [block]
  switch (block.kind) {
    case 'facts':
      return block.rows.flat()
    case 'code':
      return [block.code]
    case 'button':
      return [block.label, block.link]
  }
}

describe.for(cases)('%s in %s', ([name, language]) => {
  test('says the same as text and as HTML', async ({ expect }) => {
    for (const letter of friendlyLetters(name, language)) {
      const { text, html, subject } = await renderLetter(letter)
      const visible = html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]+>/g, ' ')
      const words = (part: string) => part.replace(/[’“”]/g, '"')
      for (const part of [letter.subject, letter.notMe]) {
        expect(text).toContain(part)
        expect(words(visible)).toContain(words(part))
      }
      for (const part of letter.blocks.flatMap(blockParts)) {
        expect(text).toContain(part)
        expect(visible).toContain(part)
      }
      expect(subject).toBe(letter.subject)
    }
  })

  test('leaves the values of its facts room on a phone', async ({ expect }) => {
    for (const letter of friendlyLetters(name, language)) {
      const { html } = await renderLetter(letter)
      const unbroken = [...html.matchAll(/white-space:nowrap"\s*>([^<]*)/g)]
      for (const [, label = ''] of unbroken) expect(label.trim().length).toBeLessThanOrEqual(20)
    }
  })

  test('says in one sentence what to do if it was not you', ({ expect }) => {
    for (const { notMe } of friendlyLetters(name, language)) {
      expect(notMe).toMatch(NOT_ME[language])
      expect(notMe.match(/[.!?](\s|$)/g)).toHaveLength(1)
    }
  })

  test('loads nothing from anywhere and tracks nobody, whatever the data', async ({ expect }) => {
    for (const letter of allLetters(name, language)) {
      const { html } = await renderLetter(letter)
      // Tags only: hostile text may say anything.
      const tags = html.match(/<[^>]+>/g)?.join('\n') ?? ''
      expect(tags).not.toMatch(
        /<(img|script|link|iframe|object|embed|video|audio|svg|form|base)\b/i,
      )
      expect(tags).not.toMatch(/\s(src|srcset|background|poster|action|on\w+)=/i)
      expect(html).not.toMatch(/url\(|@import|@font-face/i)
      const hosts = [...tags.matchAll(/\shref="([^"]*)"/g)].map(
        ([, href = '']) => new URL(href).host,
      )
      expect(hosts.every((host) => host === 'auth.phantom.test')).toBe(true)
    }
  })

  test('has a subject of one safe line without the code', ({ expect }) => {
    for (const { subject, preheader } of allLetters(name, language)) {
      expect(isHeaderSafe(subject)).toBe(true)
      expect(subject.length).toBeLessThan(60)
      // Phones show the first on the lock screen, many the second.
      expect(`${subject}${preheader}`).not.toMatch(/\d{6}/)
    }
  })

  test('does not accept the data of another mail', ({ expect }) => {
    for (const data of [{}, null, 'x', [], { code: 1 }]) {
      // There is nothing that the mail about an erased account could know.
      if (name === 'account_erased' && JSON.stringify(data) === '{}') continue
      expect(mails[name].compose(data, language)).toBeUndefined()
    }
  })
})

const ONLY_FOR: Record<Language, RegExp> = {
  en: /for (signing in|confirming this change) only/,
  de: /gilt nur für die (Anmeldung|Bestätigung dieser Änderung)/,
  fr: /sert uniquement à (la connexion|confirmer cette modification)/,
}

test.for(languages)(
  'a mail with a code says what it is for, no link: %s',
  async (language, { expect }) => {
    for (const letter of friendlyLetters('login_code', language)) {
      const { text, html } = await renderLetter(letter)
      expect(text).toMatch(ONLY_FOR[language])
      expect(text).toMatch(/^ {4}493027$/m)
      expect(html).toMatch(/font-size:\s*32px[^>]*>\s*493027\s*</)
      expect(`${text}${html}`).not.toMatch(/https?:|www\.|href=/i)
    }
  },
)

test('a confirmation has a button and the bare link', async ({ expect }) => {
  const [{ link }] = samples.verify_email
  const [letter] = friendlyLetters('verify_email', 'en')
  const { text, html } = await renderLetter(letter as Letter)
  expect(text).toMatch(new RegExp(`^${link}$`, 'm'))
  expect(html.split(`href="${link}"`)).toHaveLength(3)
  expect(html).toMatch(new RegExp(`>\\s*${link}\\s*</a`))
})

test('a confirmation links to the web only', ({ expect }) => {
  for (const link of ['javascript:alert(1)', 'data:text/html,x', '//evil.test', 'x']) {
    const data = { ...samples.verify_email[0], link }
    expect(mails.verify_email.compose(data, 'en')).toBeUndefined()
  }
})

test('times are UTC and places come from the edge', async ({ expect }) => {
  const text = async (country: string | null) =>
    (await renderLetter(composeSample('new_device', 'en', { ...samples.new_device[0], country })))
      .text
  expect(await text('DE')).toContain('24 November 2026 at 18:13 UTC')
  expect(await text('DE')).toContain('Place: Germany (estimated)')
  expect(await text('T1')).toContain('Place: Tor network')
  for (const nowhere of [null, 'XX', 'A1', '1A', '<b>', 'de']) {
    expect(await text(nowhere)).toContain('Place: unknown')
  }
})

test.for([
  ['Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0', 'Edge on Windows'],
  ['Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36', 'Chrome on Android'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604',
    'Safari on iPhone',
  ],
  ['curl/8.5.0', 'curl'],
  ['Visit https://evil.test (Windows)', 'unknown program on Windows'],
  ['https://evil.test', 'unknown'],
  [null, 'unknown'],
] as const)('%s is called %s', ([userAgent, name], { expect }) => {
  expect(deviceName(userAgent)).toBe(name)
})

test.for([
  ['ada', 'ada'],
  ['Ada  Lovelace\n', 'Ada Lovelace'],
  ['https://evil.test/x', 'https[:]//evil[.]test/x'],
  ['www.evil.test', 'www[.]evil[.]test'],
  ['evil。test', 'evil[.]test'],
  ['me@evil.test', 'me[at]evil[.]test'],
  ['a\u202egnp.exe', 'agnp[.]exe'],
  ['a\u200bb\u0000c\ud800d', 'abc\ufffdd'],
  ['x'.repeat(41), `${'x'.repeat(39)}…`],
  ['x'.repeat(40), 'x'.repeat(40)],
  ['😀'.repeat(41), `${'😀'.repeat(39)}…`],
] as const)('the name %j is shown as %j', ([given, shown], { expect }) => {
  expect(plainName(given)).toBe(shown)
})
