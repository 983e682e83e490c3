import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import type { MailRequest } from '../../../src/platform/email/enqueue'
import { mailsTo } from '../../support/smtp-mailbox'
import { mailEventsOf, someone, startMail } from './support'

type Person = { to: string | null; userId: string | null }

const NOON = Date.UTC(2026, 10, 24, 12)
const HOUR = 3_600_000
const where = { ip: '203.0.113.7', country: 'DE', time: new Date(NOON) }

const kinds = {
  account_locked: (person: Person): MailRequest => ({
    template: 'account_locked',
    ...person,
    data: { minutes: 30, ...where },
  }),
  wrong_code: (person: Person): MailRequest => ({
    template: 'wrong_code',
    ...person,
    data: { method: 'email', device: null, ...where },
  }),
}

describe.for(['account_locked', 'wrong_code'] as const)('%s', (kind) => {
  test('goes out once a day, and once more for all that came after', async ({ expect }) => {
    let now = NOON
    const mail = startMail({ now: () => new Date(now) })
    const person = someone()
    const notices = await mail.queued(...Array.from({ length: 5 }, () => kinds[kind](person)))
    const [first, second, ...further] = notices
    if (!first || !second) throw new Error('nothing queued')
    expect(await mail.deliver([first])).toMatchObject({ acked: [true] })
    now += HOUR
    const later = await mail.deliver([second, ...further])
    expect(later.acked).toEqual([false, true, true, true])
    expect(later.delays[0]).toBe(23 * 3600)
    expect(await mailsTo(person.to)).toHaveLength(1)

    now = NOON + 24 * HOUR
    expect(await mail.deliver([{ ...second, attempts: 2 }])).toMatchObject({ acked: [true] })
    const [one, digest] = await mailsTo(person.to)
    expect(one?.text).not.toMatch(/since our last/)
    expect(digest?.text).toMatch(/since our last one about it \(.*2026.*\): 4 times/)
    // What one mail tells of was not lost.
    expect(await mailEventsOf(person.userId)).toEqual([])
  })

  test('of what strangers do holds back none of what is done in a known browser', async ({
    expect,
  }) => {
    const mail = startMail()
    const person = someone()
    const account = { id: person.userId, isOld: true }
    const by = (isKnown: boolean) => ({
      ...kinds[kind](person),
      cause: { ip: '203.0.113.7', account: { ...account, isKnown } },
    })
    const stranger = { ...kinds[kind](person), cause: { ip: '203.0.113.8' } }
    const notices = await mail.queued(stranger, by(false), by(true), by(true))
    expect((await mail.deliver(notices)).acked).toEqual([true, false, true, false])
  })

  test('to one reader says nothing about another', async ({ expect }) => {
    const mail = startMail()
    const people = [someone(), someone()]
    const { acked } = await mail.deliver(await mail.queued(...people.map(kinds[kind])))
    expect(acked).toEqual([true, true])
  })
})

test('a lock of a name that nobody has is put off, counted and forgotten like a real one', async ({
  expect,
}) => {
  const nobody = { ...kinds.account_locked({ to: null, userId: null }), name: 'nobody@mail.test' }
  const somebody = kinds.account_locked(someone())
  const outcome = async (notice: MailRequest) => {
    const mail = startMail({ now: () => new Date(NOON) })
    const { acked, delays } = await mail.deliver(await mail.queued(notice, notice, notice))
    const budget = mail.deps.mailBudgets.getByName('mail')
    return { acked, delays, figures: await budget.figures(NOON, 500) }
  }
  expect(await outcome(nobody)).toEqual(await outcome(somebody))
  const { results } = await env.DB.prepare(`SELECT event FROM audit_events`).run()
  expect(results).toEqual([])
})
