import { describe, test } from 'vitest'
import { deviceName } from '../../src/email/device-name'
import { isHeaderSafe } from '../../src/email/header-safety'
import { renderLetter } from '../../src/email/layout'
import type { Letter } from '../../src/email/letter'
import { plainName } from '../../src/email/plain-name'
import type { TemplateData } from '../../src/email/mail-data'
import { templates } from '../../src/email/templates'

type TemplateName = keyof typeof templates

const where = { ip: '2001:db8:0:0:0:0:0:7', country: 'DE', time: new Date('2026-11-24T18:13:59Z') }
const LINK = 'https://auth.phantom.test/verify-email#token=abc_-123'

const friendly: { [Name in TemplateName]: TemplateData<Name> } = {
  verify_email: { link: LINK, validHours: 24, usernameTaken: 'ada' },
  account_exists: where,
  login_code: { code: '493027', validMinutes: 5, device: null, ...where },
  account_locked: { minutes: 30, ...where },
  new_device: { device: null, ...where },
}

const NASTY = `<img src=https://evil.test/x onerror=alert(1)>"'&{{7*7}}\${7*7}%s%n\r\nBcc: a@evil.test`
const hostile: { [Name in TemplateName]: TemplateData<Name> } = {
  verify_email: { link: `${LINK}"onmouseover="x`, validHours: 1, usernameTaken: NASTY },
  account_exists: { ip: NASTY, country: NASTY, time: where.time },
  login_code: { code: '000001', validMinutes: 1, device: NASTY, ...where, ip: NASTY },
  account_locked: { minutes: 1, ...where, ip: NASTY },
  new_device: { device: NASTY, ...where, ip: NASTY },
}

const names = Object.keys(templates) as TemplateName[]

function compose(name: TemplateName, data: unknown): Letter {
  // As it comes out of the queue: dates have become text.
  const letter = templates[name].compose(JSON.parse(JSON.stringify(data)))
  if (!letter) throw new Error(`${name} refuses its own data`)
  return letter
}

describe.for(names)('%s', (name) => {
  test('says the same as text and as HTML', async ({ expect }) => {
    const letter = compose(name, friendly[name])
    const { text, html, subject } = await renderLetter(letter)
    const visible = html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]+>/g, ' ')
    const words = (part: string) => part.replace(/[’“”]/g, '"')
    for (const part of [letter.heading, letter.notMe]) {
      expect(text).toContain(part)
      expect(words(visible)).toContain(words(part))
    }
    for (const block of letter.blocks) {
      const parts =
        block.kind === 'facts'
          ? block.rows.flat()
          : [block.kind === 'text' ? block.text : block.kind === 'code' ? block.code : block.link]
      for (const part of parts) {
        expect(text).toContain(part)
        expect(visible).toContain(part)
      }
    }
    expect(subject).toBe(letter.subject)
  })

  test('says in one sentence what to do if it was not you', ({ expect }) => {
    const { notMe } = compose(name, friendly[name])
    expect(notMe).toMatch(/^If (this was not you|you are not signing in)/)
    expect(notMe.match(/[.!?](\s|$)/g)).toHaveLength(1)
  })

  test('loads nothing from anywhere and tracks nobody, whatever the data', async ({ expect }) => {
    for (const data of [friendly[name], hostile[name]]) {
      const { html } = await renderLetter(compose(name, data))
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
    for (const data of [friendly[name], hostile[name]]) {
      const { subject, preheader, heading } = compose(name, data)
      expect(isHeaderSafe(subject)).toBe(true)
      expect(subject.length).toBeLessThan(60)
      // Phones show the first two on the lock screen, many the third.
      expect(`${subject}${preheader}${heading}`).not.toMatch(/\d{6}/)
    }
  })

  test('does not accept the data of another mail', ({ expect }) => {
    for (const data of [{}, null, 'x', [], { code: 1 }]) {
      expect(templates[name].compose(data)).toBeUndefined()
    }
  })
})

test('a mail with a code says what it is for and holds no link', async ({ expect }) => {
  const { text, html } = await renderLetter(compose('login_code', friendly.login_code))
  expect(text).toContain('for signing in only')
  expect(text).toMatch(/^ {4}493027$/m)
  expect(html).toMatch(/font-size:\s*32px[^>]*>\s*493027\s*</)
  expect(`${text}${html}`).not.toMatch(/https?:|www\.|href=/i)
})

test('a confirmation has a button and the bare link', async ({ expect }) => {
  const { text, html } = await renderLetter(compose('verify_email', friendly.verify_email))
  expect(text).toMatch(new RegExp(`^${LINK}$`, 'm'))
  expect(html.split(`href="${LINK}"`)).toHaveLength(3)
  expect(html).toMatch(new RegExp(`>\\s*${LINK}\\s*</a`))
})

test('a confirmation links to the web only', ({ expect }) => {
  for (const link of ['javascript:alert(1)', 'data:text/html,x', '//evil.test', 'x']) {
    const data = { ...friendly.verify_email, link }
    expect(templates.verify_email.compose(data)).toBeUndefined()
  }
})

test('times are UTC and places come from the edge', async ({ expect }) => {
  const text = async (country: string | null) =>
    (await renderLetter(compose('new_device', { device: null, ...where, country }))).text
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
