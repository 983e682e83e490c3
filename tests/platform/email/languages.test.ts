import { describe, test } from 'vitest'
import { composeSample } from '../../../scripts/mails/compose-sample'
import { samples } from '../../../scripts/mails/samples'
import { mails } from '../../../src/mails'
import { deviceName } from '../../../src/platform/email/device-name'
import { type Language, languageOf, languages } from '../../../src/platform/email/language'
import { renderLetter } from '../../../src/platform/email/layout'
import type { TemplateName } from '../../../src/platform/email/register'
import { mailsTo } from '../../support/smtp-mailbox'
import { codeMail, someone, startMail } from './support'

const names = Object.keys(mails) as TemplateName[]

const textOf = async (name: TemplateName, language: Language, data: object) =>
  (await renderLetter(composeSample(name, language, data))).text

/** With the preheader and all that stands in the HTML only. */
const visibleOf = (html: string) => html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]+>/g, '')

test.for([
  ['de', 'de'],
  ['DE-ch-1996', 'de'],
  ['fr-CA', 'fr'],
  ['en-US', 'en'],
  ['es', 'en'],
  ['frr', 'en'],
  ['', 'en'],
  ['constructor', 'en'],
  [undefined, 'en'],
] as const)('a reader of %s gets %s', ([locale, language], { expect }) => {
  expect(languageOf(locale)).toBe(language)
})

test('a mail is sent in the language of its locale, or else in English', async ({ expect }) => {
  const mail = startMail()
  const [german, french, spanish, unknown] = [someone(), someone(), someone(), someone()]
  await mail.deliver(
    await mail.queued(
      { ...codeMail(german), locale: 'de' },
      { ...codeMail(french), locale: 'fr-CA' },
      { ...codeMail(spanish), locale: 'es' },
      codeMail(unknown),
    ),
  )
  const subjectTo = async ({ to }: { to: string }) => (await mailsTo(to))[0]?.subject
  expect(await subjectTo(german)).toBe('Ihr Anmeldecode')
  expect(await subjectTo(french)).toBe('Votre code de connexion')
  expect(await subjectTo(spanish)).toBe('Your sign-in code')
  expect(await subjectTo(unknown)).toBe('Your sign-in code')
})

/** No German and no French word is spelt like one of these. */
const ENGLISH =
  /(?<!\p{L})(the|you|your|this|that|were|with|and|not|if|it|is|of|to|from|account|password|sign|address|somebody|device|place|time|unknown|works|hours?)(?!\p{L})/iu

describe.for(names)('%s', (name) => {
  test('is said in each language in its own words', ({ expect }) => {
    for (const data of samples[name]) {
      const letters = languages.map((language) => composeSample(name, language, data))
      for (const part of ['subject', 'preheader', 'notMe'] as const) {
        expect(new Set(letters.map((letter) => letter[part])).size).toBe(languages.length)
      }
      const shapes = letters.map(({ blocks }) =>
        blocks.map((block) => (typeof block === 'string' ? 'text' : block.kind)),
      )
      // No language leaves out a paragraph, a button or a fact.
      expect(shapes).toEqual(languages.map(() => shapes[0]))
    }
  })

  test.for(['de', 'fr'] as const)('holds no English in %s', async (language, { expect }) => {
    for (const data of samples[name]) {
      const letter = composeSample(name, language, data)
      const { text, html } = await renderLetter(letter)
      expect(`${text}${visibleOf(html)}`).not.toMatch(ENGLISH)
      expect(html).toContain(`<html lang="${language}"`)
    }
  })

  test.for(languages)(
    'links in %s to where its data says, and nowhere else',
    async (language, { expect }) => {
      for (const data of samples[name]) {
        const { text, html } = await renderLetter(composeSample(name, language, data))
        const link = 'link' in data ? [data.link] : []
        expect(text.match(/https?:\S+|www\.\S+/g) ?? []).toEqual(link)
        const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
        expect([...new Set(hrefs)]).toEqual(link)
      }
    },
  )

  test.for(languages)(
    'shows in %s no name or address as its chooser wrote it',
    async (language, { expect }) => {
      const chosen = /^(usernameTaken|device|newEmail|address|name|username)$/
      for (const data of samples[name]) {
        const values = Object.entries(data).map(([key, value]: [string, unknown]) => [
          key,
          chosen.test(key) ? 'https://evil.test me@evil.test\u202e\nBcc: x' : value,
        ])
        const text = await textOf(name, language, Object.fromEntries(values) as object)
        expect(text).not.toMatch(/evil\.test|@evil|\u202e|^Bcc/m)
      }
    },
  )
})

test('only what strangers can cause is capped per recipient, and most of it can wait', ({
  expect,
}) => {
  const open = names.filter((name) => mails[name].causedBy === 'stranger')
  const notices = names.filter((name) => mails[name].urgency === 'notice')
  const codes = names.filter((name) => mails[name].urgency === 'code')
  const byStrangers = [
    'verify_email',
    'account_exists',
    'account_disabled_reminder',
    'invitation_reminder',
    'change_email',
    'address_in_use',
    'notification_email',
  ]
  const ofJobs = ['security_report', 'secret_rotation_due']
  const known = [...byStrangers, 'api_key_expiring', 'merchant_submitted', ...ofJobs]
  expect(notices.toSorted()).toEqual(known.toSorted())
  const alarms = ['account_locked', 'authenticator_stopped', 'reset_password']
  expect(open.toSorted()).toEqual(
    [...byStrangers, ...alarms, 'account_closing_reminder'].toSorted(),
  )
  expect(codes.toSorted()).toEqual(['invitation', 'login_code'])
})

test.for([
  ['en', '1 minute', '30 minutes', '1 hour', '24 hours'],
  ['de', '1 Minute', '30 Minuten', '1 Stunde', '24 Stunden'],
  ['fr', '1 minute', '30 minutes', '1 heure', '24 heures'],
] as const)('%s counts minutes and hours', async ([language, ...durations], { expect }) => {
  const [locked] = samples.account_locked
  const [signUp] = samples.verify_email
  const texts = [
    await textOf('account_locked', language, { ...locked, minutes: 1 }),
    await textOf('account_locked', language, { ...locked, minutes: 30 }),
    await textOf('verify_email', language, { ...signUp, validHours: 1 }),
    await textOf('verify_email', language, { ...signUp, validHours: 24 }),
  ]
  durations.forEach((duration, index) => {
    // Whether the space between may break is up to the platform's tables.
    const words = (texts[index] ?? '').replaceAll('\u00a0', ' ')
    expect(words).toMatch(new RegExp(`(?<!\\d)${duration}(?!\\p{L})`, 'u'))
  })
})

test.for([
  [
    'de',
    'Zeit: 24. November 2026 um 18:13 UTC',
    'Ort: Deutschland (geschätzt)',
    'Ort: unbekannt',
    'Ort: Tor-Netzwerk',
  ],
  [
    'fr',
    'Date\u00a0: 24 novembre 2026 à 18:13 UTC',
    'Lieu\u00a0: Allemagne (estimation)',
    'Lieu\u00a0: inconnu',
    'Lieu\u00a0: réseau Tor',
  ],
] as const)(
  '%s names times and places',
  async ([language, time, germany, unknown, tor], { expect }) => {
    const [data] = samples.new_device
    const text = (country: string | null) => textOf('new_device', language, { ...data, country })
    expect(await text('DE')).toContain(`${time}\n${germany}`)
    expect(await text(null)).toContain(unknown)
    expect(await text('T1')).toContain(tor)
  },
)

test.for([
  ['de', 'Firefox auf Linux', 'unbekanntes Programm auf Windows', 'unbekannt'],
  ['fr', 'Firefox sur Linux', 'programme inconnu sur Windows', 'inconnu'],
] as const)('%s names devices', ([language, firefox, program, unknown], { expect }) => {
  expect(deviceName('X11; Linux x86_64 Firefox/140.0', language)).toBe(firefox)
  expect(deviceName('Visit https://evil.test (Windows)', language)).toBe(program)
  expect(deviceName(null, language)).toBe(unknown)
})

test('no line of a French mail can break before a mark that stands apart', async ({ expect }) => {
  for (const name of names) {
    for (const data of samples[name]) {
      const { text, html } = await renderLetter(composeSample(name, 'fr', data))
      expect(`${text}${visibleOf(html)}`).not.toMatch(/[ \n][:;!?»]|«[ \n]/)
    }
  }
})
