import { describe, test } from 'vitest'
import { samples } from '../../../scripts/mails/samples'
import { mails } from '../../../src/mails'
import type { MailRequest } from '../../../src/platform/email/enqueue'
import { asOf, isOverBy } from '../../../src/platform/email/late-news'
import { renderLetter } from '../../../src/platform/email/layout'
import type { TemplateName } from '../../../src/platform/email/register'
import { someone, verifyMail } from './support'

const END = Date.UTC(2026, 10, 24, 12)
const NEWS = ['email_change_requested', 'email_changed', 'authenticator_added', 'backup_codes_made']
const names = Object.keys(mails) as TemplateName[]
const withLinks = names.filter((name) => samples[name].some((data) => 'link' in data))

const queued = (template: string) => ({
  template,
  ...someone(),
  data: {},
  expiresAt: END,
  queuedAt: END - 1000,
})

test('a mail with a link says when that ends, or does not compile', ({ expect }) => {
  const { expiresAt, ...endless } = verifyMail(someone())
  // @ts-expect-error the end is missing
  const mail: MailRequest = endless
  expect([expiresAt, 'expiresAt' in mail]).toEqual([expect.any(Number), false])
})

test.for(withLinks)('%s ends with its link, unless it is news', (name, { expect }) => {
  expect(isOverBy(queued(name), mails[name], END - 1)).toBe(false)
  expect(isOverBy(queued(name), mails[name], END)).toBe(!NEWS.includes(name))
})

describe.for(['en', 'de', 'fr'] as const)('news that are late, in %s', (language) => {
  test.for(NEWS)('%s: say so in the place of the link', async (name, { expect }) => {
    const [data] = samples[name as TemplateName]
    const letter = mails[name as TemplateName].compose(data, language)
    if (!letter) throw new Error('no letter')
    const inTime = await renderLetter(asOf(letter, queued(name), END - 1))
    const late = await renderLetter(asOf(letter, queued(name), END))
    for (const form of ['text', 'html'] as const) {
      expect(inTime[form]).toContain('#token=')
      expect(late[form]).not.toContain('#token=')
      expect(late[form]).not.toMatch(/This was not me|Das war ich nicht|Ce n’était pas moi/)
      expect(late[form]).toMatch(/is late|verspätet|en retard/)
    }
    expect(late.subject).toBe(inTime.subject)
  })
})
