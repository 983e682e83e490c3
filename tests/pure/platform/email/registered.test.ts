import { test } from 'vitest'
import * as z from 'zod'
import type { Notice } from '../../../../src/identity/accounts/notify-owner'
import { mails } from '../../../../src/mails'
import type { MailRequest } from '../../../../src/platform/email/enqueue'
import { byName, mail, type Template } from '../../../../src/platform/email/template'

const to = { to: 'ada@example.org', userId: 'usr_ada' }
const end = { expiresAt: 1 }
const where = { ip: '203.0.113.7', country: null, device: null, time: new Date(0) }
const code = { code: '493027', validMinutes: 5, ...where }

const isRefused = ({ compose }: Template, { data }: Pick<MailRequest, 'data'>) =>
  compose(data, 'en') === undefined

// What these hold is said by @ts-expect-error: without the error that it expects nothing compiles.
test('a mail with its data compiles; with other data, or by no name, it does not', ({ expect }) => {
  const { login_code, factors_removed } = mails
  const good: MailRequest = { template: 'login_code', ...to, ...end, data: code }
  // @ts-expect-error the code is a number
  const wrong: MailRequest = { template: 'login_code', ...to, ...end, data: { ...code, code: 1 } }
  // @ts-expect-error the data of another mail
  const other: MailRequest = { template: 'login_code', ...to, ...end, data: { time: new Date(0) } }
  // @ts-expect-error there is no such mail
  const unknown: MailRequest = { template: 'reset_by_fax', ...to, ...end, data: code }
  expect([good, wrong, other].map((mail) => isRefused(login_code, mail))).toEqual([
    false,
    true,
    true,
  ])
  expect(Object.keys(mails)).not.toContain(unknown.template)
  const notice: Notice = { template: 'factors_removed', data: { time: new Date(0) } }
  // @ts-expect-error the time is missing
  const untold: Notice = { template: 'factors_removed', data: {} }
  expect([notice, untold].map((mail) => isRefused(factors_removed, mail))).toEqual([false, true])
})

test('each mail is registered by the name that it has itself', ({ expect }) => {
  const names = Object.values(mails).map(({ name }) => name)
  expect(names).toEqual(Object.keys(mails))
  expect(names.length).toBeGreaterThan(50)
})

const words = () => ({ subject: 'Hello', preheader: '', blocks: [], notMe: '' })
const inFrench = { en: words, de: words, fr: words }
const greeting = { name: 'greeting', urgency: 'notice', causedBy: 'service' } as const

test('a mail that lacks a language does not compile', ({ expect }) => {
  const { fr: _fr, ...inGerman } = inFrench
  // @ts-expect-error the French words are missing
  const lacking = mail({ ...greeting, data: z.object({}), ...inGerman })
  expect(() => lacking.compose({}, 'fr')).toThrow()
})

test('two mails of one name are refused', ({ expect }) => {
  const one = mail({ ...greeting, data: z.object({}), ...inFrench })
  const other = mail({ ...greeting, data: z.object({}), ...inFrench })
  expect(byName([one]).greeting).toBe(one)
  expect(() => byName([one, other])).toThrow('two mails are named greeting')
})
