import { describe, test } from 'vitest'
import { mailsTo } from '../../support/smtp-mailbox'
import { codeMail, mailEventsOf, someone, startMail, verifyMail, withSettings } from './support'

const NOON = Date.UTC(2026, 10, 24, 12)
const HOUR = 3_600_000

describe('the budget counts a mail', () => {
  test('by the act, whatever its template', async ({ expect }) => {
    const mail = startMail({ now: () => new Date(NOON) })
    const asked = { ...verifyMail(someone()), kind: 'reset' } as const
    const decoy = { ...verifyMail({ to: null, userId: null }), kind: 'reset' } as const
    await mail.deliver(await mail.queued(asked, decoy, codeMail(someone())))
    const { counts } = await mail.deps.mailBudgets.getByName('mail').figures(NOON, 500)
    expect(counts).toMatchObject({ total: 3, reset: 2 })
    expect(counts).not.toHaveProperty('sign_up')
  })

  test('to one reader by the IPv6 /48 that asks, or by the account', async ({ expect }) => {
    const mail = startMail({ now: () => new Date(NOON) })
    const person = someone()
    const by = (ip: string, id?: string) => ({
      ...verifyMail(person),
      cause: { ip, ...(id && { account: { id, isOld: true, isKnown: true } }) },
    })
    const site = (subnet: number) => `2001:db8:1:${subnet}:0:0:0:1`
    await mail.deliver(await mail.queued(by(site(1)), by(site(2)), by('2001:db8:2:1:0:0:0:1')))
    expect(await mailsTo(person.to)).toHaveLength(2)
    await mail.deliver(await mail.queued(by(site(1), 'usr_a'), by('203.0.113.4', 'usr_a')))
    expect(await mailsTo(person.to)).toHaveLength(3)
    await mail.deliver(await mail.queued(by(site(1), 'usr_b')))
    expect(await mailsTo(person.to)).toHaveLength(4)
  })

  test('as a repeat that waits for the next day, where its cause has had its share', async ({
    expect,
  }) => {
    const midnight = NOON + 12 * HOUR
    const person = someone()
    const mail = startMail({
      ...withSettings({ EMAIL_DAILY_LIMIT: 10 }),
      now: () => new Date(midnight),
    })
    const cause = { ip: '203.0.113.7' }
    const expiresAt = midnight + 48 * HOUR
    const mails = [someone(), person].map((to) => ({ ...verifyMail(to), expiresAt, cause }))
    const { acked, delays } = await mail.deliver(await mail.queued(...mails))
    expect(acked).toEqual([true, false])
    expect(delays[1]).toBe(86_400)
    expect(await mailEventsOf(person.userId)).toEqual([])
  })

  test.for([
    ['an hour', HOUR, [true, true, false]],
    ['less', HOUR - 1, [true, true, true]],
  ] as const)(
    'that has waited for %s as one of a former day',
    async ([_name, waited, sent], { expect }) => {
      let now = NOON
      const mail = startMail({
        ...withSettings({ EMAIL_DAILY_LIMIT: 10 }),
        now: () => new Date(now),
      })
      // Strangers have three of ten, of which two are half.
      const mails = await mail.queued(
        ...[1, 2, 3].map((n) => ({
          ...verifyMail(someone()),
          expiresAt: NOON + 24 * HOUR,
          cause: { ip: `203.0.113.${n}` },
        })),
      )
      now += waited
      expect((await mail.deliver(mails)).acked).toEqual(sent)
    },
  )
})
