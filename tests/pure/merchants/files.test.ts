import { isSupportedCountry } from 'libphonenumber-js/min'
import { describe, test } from 'vitest'
import { isCountry } from '../../../src/merchants/country'
import { isFileName } from '../../../src/merchants/document-entry'
import { type DocumentType } from '../../../src/merchants/file-types'
import { inspectFile } from '../../../src/merchants/inspect-file'
import { phoneNumber } from '../../../src/merchants/phone'
import { website } from '../../../src/merchants/website'
import { attachment, fileNameOf } from '../../../src/platform/http/content-disposition'

describe('the name of a file', () => {
  test.for([
    [`attachment; filename="a b.pdf"`, 'a b.pdf'],
    [`attachment; filename=a.pdf`, 'a.pdf'],
    [`ATTACHMENT; FileName="a.pdf"; size=3`, 'a.pdf'],
    [`attachment; filename="a\\"b.pdf"`, 'a"b.pdf'],
    [`attachment; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.pdf`, 'naïve €.pdf'],
    [`attachment; filename*=utf-8'en'a.pdf`, 'a.pdf'],
    [`attachment; filename="plain.pdf"; filename*=UTF-8''better.pdf`, 'better.pdf'],
    [`attachment; filename*=UTF-8''better.pdf; filename="plain.pdf"`, 'better.pdf'],
    [`attachment; filename*=UTF-8''a%20(1)'*.pdf`, `a (1)'*.pdf`],
  ] as const)('in %s is %j', ([header, name], { expect }) => {
    expect(fileNameOf(header)).toBe(name)
  })

  test.for([
    '',
    'attachment',
    'inline; filename="a.pdf"',
    'form-data; name="file"; filename="a.pdf"',
    'attachment; filename=',
    'attachment; filename="a.pdf',
    'attachment; filename="a\u00e9.pdf"',
    `attachment; filename*=UTF-8''a%2`,
    `attachment; filename*=UTF-8''%FF%FE.pdf`,
    `attachment; filename*=ISO-8859-1''a.pdf`,
    'attachment; xfilename="a.pdf"',
  ])('is not in %j', (header, { expect }) => {
    expect(fileNameOf(header)).toBeUndefined()
  })

  test.for(['a.pdf', 'Übersicht (1) – “b”.pdf', `'*%.pdf`, '文書.pdf', 'a"; x="b.pdf'])(
    'goes out and comes back as %j',
    (name, { expect }) => {
      const header = attachment(name, 'document.pdf')
      expect(header).toMatch(/^[ -~]+$/)
      expect(header.match(/"/g)).toHaveLength(2)
      expect(fileNameOf(header)).toBe(name)
    },
  )

  test('ends as its type does, and leads nowhere', ({ expect }) => {
    const pdf = (name: string) => isFileName(name, 'application/pdf')
    expect([pdf('a.pdf'), pdf('A.PDF'), pdf(`${'x'.repeat(96)}.pdf`)]).toEqual([true, true, true])
    expect([isFileName('a.jpeg', 'image/jpeg'), isFileName('a.jpg', 'image/jpeg')]).toEqual([
      true,
      true,
    ])
    for (const name of [
      `${'x'.repeat(97)}.pdf`,
      '../a.pdf',
      '..\\a.pdf',
      '/etc/a.pdf',
      'C:a.pdf',
      'a.pdf:stream.pdf',
      '.pdf',
      '..pdf',
      'a.pdf ',
      'a.pdf.',
      'a.png',
      'a.exe',
      'pdf',
      'a\u202efdp.pdf',
      'a\r\nb.pdf',
      'a\0.pdf',
      'a<b>.pdf',
    ]) {
      expect([name, pdf(name)]).toEqual([name, false])
    }
  })
})

/** What becomes of a file that arrives in chunks of this size. */
function inspect(type: DocumentType, text: string, { size = 7, length = text.length } = {}) {
  const inspector = inspectFile(type, length)
  const content = Buffer.from(text, 'latin1')
  try {
    for (let at = 0; at < content.length; at += size) {
      inspector.take(content.subarray(at, at + size))
    }
    return inspector.end().bytes
  } catch (error) {
    const { extras } = error as { extras: { errors: { code: string }[] } }
    return extras.errors[0]?.code
  }
}

const PNG = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'i'.repeat(17)}\0\0\0\0IEND\xae\x42\x60\x82`
const JPEG = `\xff\xd8\xff\xe0${'j'.repeat(40)}\xff\xd9`
const PDF = '%PDF-1.7\n1 0 obj\n%%EOF\r\n'

describe('the content of a file', () => {
  test.for([
    ['application/pdf', PDF],
    ['application/pdf', `%PDF-1.4 ${'x'.repeat(5000)}%%EOF${'\0'.repeat(900)}`],
    ['image/png', PNG],
    ['image/jpeg', JPEG],
  ] as const)('is taken as %s, in any chunks', ([type, text], { expect }) => {
    for (const size of [1, 2, 15, 16, 17, 100, 10_000]) {
      expect(inspect(type, text, { size })).toBe(text.length)
    }
  })

  test.for([
    ['PDF as PNG', 'image/png', PDF],
    ['PNG as JPEG', 'image/jpeg', PNG],
    ['JPEG as PDF', 'application/pdf', JPEG],
    ['HTML in front of a PDF', 'application/pdf', `<script>alert(1)</script>${PDF}`],
    ['a blank in front of a PDF', 'application/pdf', ` ${PDF}`],
    ['a PDF without its end', 'application/pdf', PDF.replace('%%EOF', '%%')],
    ['a PDF with an archive behind it', 'application/pdf', `${PDF}PK\x05\x06${'\0'.repeat(18)}`],
    ['a PDF whose end is far away', 'application/pdf', PDF + '\n'.repeat(1024)],
    ['a PDF of no version', 'application/pdf', '%PDF-x\n1 0 obj\n%%EOF'],
    ['a PNG with HTML behind it', 'image/png', `${PNG}<script>alert(1)</script>`],
    ['a PNG cut short', 'image/png', PNG.slice(0, -1)],
    ['a PNG of another first chunk', 'image/png', PNG.replace('IHDR', 'tEXt')],
    ['a JPEG with PHP behind it', 'image/jpeg', `${JPEG}<?php phpinfo();`],
    ['a JPEG cut short', 'image/jpeg', JPEG.slice(0, -1)],
    ['two bytes', 'image/jpeg', '\xff\xd8'],
    ['SVG', 'image/png', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a program', 'application/pdf', `MZ${PDF}`],
  ] as const)('is refused: %s', ([, type, text], { expect }) => {
    for (const size of [1, 16, 10_000]) expect(inspect(type, text, { size })).toBe('type')
  })

  test('has the length that it claims, to the byte', ({ expect }) => {
    expect(inspect('image/png', PNG, { length: PNG.length - 1 })).toBe('length')
    expect(inspect('image/png', PNG, { length: PNG.length + 1 })).toBe('length')
  })
})

describe('a telephone number', () => {
  test.for([
    ['NL', '020 555 0123', '+31205550123'],
    ['NL', '+44 20 7946 0958', '+442079460958'],
    ['US', '(212) 555-0123', '+12125550123'],
    ['IT', '06 698 1234', '+39066981234'],
    [null, '+31 20 555 0123', '+31205550123'],
  ] as const)('of %s, %s, is %s', ([country, text, number], { expect }) => {
    expect(phoneNumber(country, text)).toBe(number)
    expect(phoneNumber(country, number)).toBe(number)
  })

  test.for([
    [null, '020 555 0123'],
    ['NL', '12'],
    ['NL', 'call 020 555 0123'],
    ['NL', '020 555 0123 ext. 5'],
    ['NL', '+999 123 4567'],
    ['NL', 'javascript:alert(1)'],
    ['NL', '+31 20 555 0123 0123 0123'],
  ] as const)('of %s is not %s', ([country, text], { expect }) => {
    expect(phoneNumber(country, text)).toBeUndefined()
  })

  test('tells countries by their codes', ({ expect }) => {
    expect(['NL', 'GB', 'XK', 'TW'].map(isCountry)).toEqual([true, true, true, true])
    expect(['UK', 'EU', 'ZZ', 'nl', 'constructor'].map(isCountry)).toEqual(Array(5).fill(false))
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    const codes = letters.flatMap((first) => letters.map((second) => first + second))
    expect(codes.filter(isCountry)).toEqual(codes.filter((code) => isSupportedCountry(code)))
  })
})

describe('a site', () => {
  test.for([
    ['https://lovelace.shop', 'https://lovelace.shop/'],
    ['https://www.lovelace.co.uk:8443/nl?x=1#y', 'https://www.lovelace.co.uk:8443/nl?x=1#y'],
    ['https://MÜNCHEN.example.com', 'https://xn--mnchen-3ya.example.com/'],
    ['https://日本.jp', 'https://xn--wgv71a.jp/'],
    ['https://shop.xn--p1ai/', 'https://shop.xn--p1ai/'],
  ])('%s is kept as %s', ([text, href], { expect }) => {
    expect(website.parse(text)).toBe(href)
  })

  test.for([
    'http://lovelace.shop',
    'javascript:alert(1)',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://１２７.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1',
    'https://8.8.8.8',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost',
    'https://localhost.',
    'https://shop.localhost',
    'https://router.local',
    'https://metadata.google.internal',
    'https://printer.lan',
    'https://abc.onion',
    'https://1.0.0.127.in-addr.arpa',
    'https://intranet',
    'https://ada:secret@lovelace.shop',
    'https://ada@lovelace.shop',
    'https://',
    `https://lovelace.shop/${'x'.repeat(200)}`,
  ])('%s is none', (text, { expect }) => {
    expect(website.safeParse(text).success).toBe(false)
  })
})
