import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { tellLevel } from '../../../src/platform/email/budget/budget-level'
import { hasAdmin } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { mailsTo } from '../../support/smtp-mailbox'
import { brokenDb, codeMail, someone, startMail, verifyMail, withSettings } from './support'

/** A day of few mails, and how to use so many of them up. */
async function startDay(limit = 10) {
  const before = (await levelEvents()).length
  await env.DB.prepare('DELETE FROM mail_status').run()
  let now = new Date('2026-11-24T12:00:00Z')
  const mail = startMail({
    ...withSettings({ EMAIL_DAILY_LIMIT: limit }),
    now: () => now,
  })
  const send = async (count: number) => {
    const codes = Array.from({ length: count }, () => ({
      ...codeMail(someone()),
      cause: {
        ip: freshAddress(),
        account: { id: crypto.randomUUID(), isOld: true, isKnown: true },
      },
    }))
    await mail.deliver(await mail.queued(...codes))
  }
  const told = async () => (await levelEvents()).slice(before)
  return { mail, send, told, nextDay: () => (now = new Date('2026-11-25T12:00:00Z')) }
}

async function levelEvents() {
  const { results } = await env.DB.prepare(
    `SELECT event, level, actor, data FROM audit_events WHERE event LIKE 'mail_budget_%' ORDER BY id`,
  ).run<{ event: string; level: string; actor: string; data: string }>()
  return results.map(({ data, ...row }) => ({ ...row, data: JSON.parse(data) as unknown }))
}

test('a budget that runs low, and one that is used up, is told once a day each', async ({
  expect,
}) => {
  const { send, told, nextDay } = await startDay()
  await send(7)
  expect(await told()).toEqual([])
  await send(1)
  await send(1)
  const by = { level: 'critical', actor: 'system' }
  const low = {
    event: 'mail_budget_low',
    ...by,
    data: { limit: 10, total: 8, known: 5, account: 3 },
  }
  expect(await told()).toMatchObject([low])
  await send(2)
  await send(1)
  const out = { event: 'mail_budget_out', ...by, data: { limit: 10, total: 10, 'held:known': 1 } }
  expect(await told()).toMatchObject([low, out])
  const level = () => env.DB.prepare('SELECT level FROM mail_status').first('level')
  expect(await level()).toBe('out')
  nextDay()
  await send(8)
  expect(await told()).toMatchObject([low, out, low])
  expect(await level()).toBe('low')
})

test('of two batches that find the budget low one tells, and none says so after it was used up', async ({
  expect,
}) => {
  const { mail, told } = await startDay()
  const answer = (level: 'low' | 'out') => ({
    isUntold: true,
    today: { level, counts: {}, resetsAt: Date.UTC(2026, 10, 25) },
  })
  await Promise.all([tellLevel(mail.deps, answer('low')), tellLevel(mail.deps, answer('low'))])
  await tellLevel(mail.deps, answer('out'))
  await tellLevel(mail.deps, answer('low'))
  expect(await told()).toMatchObject([{ event: 'mail_budget_low' }, { event: 'mail_budget_out' }])
  expect(await env.DB.prepare('SELECT level FROM mail_status').first('level')).toBe('out')
})

test('a level that the database could not take is told with the next batch', async ({ expect }) => {
  const { mail, send, told } = await startDay()
  const { db } = mail.deps
  Object.assign(mail.deps, { db: brokenDb() })
  await send(8)
  expect(await told()).toEqual([])
  Object.assign(mail.deps, { db })
  await send(1)
  expect(await told()).toMatchObject([{ event: 'mail_budget_low' }])
})

test('a code that is sent while mails are scarce names the app that needs none', async ({
  expect,
}) => {
  const { mail, send } = await startDay(20)
  const texts = async () => {
    const people = (['en', 'de', 'fr'] as const).map((locale) => ({ ...someone(), locale }))
    const cause = () => ({ ip: freshAddress() })
    const codes = people.map(({ locale, ...who }) => ({ ...codeMail(who), locale, cause: cause() }))
    await mail.deliver(await mail.queued(...codes))
    const mails = await Promise.all(people.map(({ to }) => mailsTo(to)))
    return mails.map(([sent]) => sent?.text ?? '')
  }
  for (const text of await texts()) expect(text).not.toMatch(/authenti[fc]/i)
  await send(13)
  const [en, de, fr] = await texts()
  expect(en).toContain('With an authenticator app you need none')
  expect(de).toContain('Mit einer Authentifizierungs-App brauchen Sie keine')
  expect(fr).toContain('Avec une application d’authentification, vous n’en avez plus besoin')
})

test('an admin reads what is left; others do not', async ({ expect }) => {
  const mail = startMail()
  const mailBudgets = mail.deps.mailBudgets
  const app = startApp((deps) => ({ ...deps, mailBudgets }))
  const admin = await hasAdmin(app)
  await mail.deliver(await mail.queued(verifyMail(someone())))
  const answer = await app.send('GET', '/api/admin/mail/', { token: admin.accessToken })
  expect(answer.body).toMatchObject({
    limit: 500,
    sent: 1,
    held_back: 0,
    level: 'ok',
    parts: {
      known: { limit: 235, sent: 0 },
      account: { limit: 125, sent: 0 },
      stranger: { limit: 140, sent: 1 },
    },
  })
  expect((await app.send('GET', '/api/admin/mail/')).status).toBe(401)
})

test('what is told after midnight is of the day that it was found in', async ({ expect }) => {
  const { mail, send, told, nextDay } = await startDay()
  const midnight = Date.UTC(2026, 10, 25)
  nextDay()
  const today = { level: 'low', counts: {}, resetsAt: midnight } as const
  await tellLevel(mail.deps, { isUntold: true, today })
  const day = () => env.DB.prepare('SELECT level_day FROM mail_status').first('level_day')
  expect(await day()).toBe(midnight / 86_400_000 - 1)
  await send(8)
  expect(await told()).toHaveLength(2)
  expect(await day()).toBe(midnight / 86_400_000)
})
