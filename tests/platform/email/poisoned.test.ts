import { env } from 'cloudflare:workers'
import { beforeEach, describe, test } from 'vitest'
import { failMailsTo, mailsTo } from '../../support/smtp-mailbox'
import { MINUTE, startService, status } from './mail-service'
import { codeMail, someone, type startMail, verifyMail } from './support'

beforeEach(() => env.DB.prepare('DELETE FROM mail_status').run())

describe('a reply about one mail', () => {
  const poisoned = async (mail: ReturnType<typeof startMail>, count: number) => {
    const people = Array.from({ length: count }, someone)
    for (const { to } of people) {
      await failMailsTo(to, { reply: 550, text: '5.7.1 Rejected by policy', times: 100 })
    }
    return mail.queued(...people.map((person) => verifyMail(person)))
  }

  test('stops nobody, however often it comes', async ({ expect }) => {
    const { mail, clock } = startService()
    const [poison] = await poisoned(mail, 1)
    if (!poison) throw new Error('nothing queued')
    for (let attempts = 1; attempts < 6; attempts += 1) {
      expect((await mail.deliver([{ ...poison, attempts }])).acked).toEqual([false])
      clock.now += MINUTE
    }
    const person = someone()
    await mail.deliver(await mail.queued(codeMail(person)))
    expect(await mailsTo(person.to)).toHaveLength(1)
  })

  test('stops nobody while others are accepted in between', async ({ expect }) => {
    const { mail } = startService()
    for (let round = 0; round < 3; round += 1) {
      const batch = await poisoned(mail, 2)
      await mail.deliver(batch)
      const person = someone()
      expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([true])
    }
    expect(await status()).toBeNull()
  })

  test('stops nobody where others of the same batch are accepted, before it or after', async ({
    expect,
  }) => {
    const { mail } = startService()
    const [first, last] = [someone(), someone()]
    const early = await mail.queued(codeMail(first))
    const late = await mail.queued(verifyMail(last))
    const batches = [
      [...early, ...(await poisoned(mail, 2))],
      [...(await poisoned(mail, 3)), ...late],
    ]
    for (const batch of batches) await mail.deliver(batch)
    expect(await mailsTo(last.to)).toHaveLength(1)
    expect(await status()).toBeNull()
    const [one] = await poisoned(mail, 1)
    const person = someone()
    const next = await mail.queued(codeMail(person))
    if (one) await mail.deliver([...next, one])
    expect(await status()).toBeNull()
  })

  test('pauses all after three recipients in a row; a mail to another one finds out', async ({
    expect,
  }) => {
    const { mail, clock } = startService()
    const two = await poisoned(mail, 2)
    await mail.deliver(two)
    expect(await status()).toBeNull()
    const third = await poisoned(mail, 1)
    await mail.deliver(third)
    expect(await status()).toMatchObject({ pause_reason: 'mails_refused', enhanced_code: '5.7.1' })
    const person = someone()
    const [other] = await mail.queued(verifyMail(person))
    if (!other) throw new Error('nothing queued')
    expect((await mail.deliver([other])).acked).toEqual([false])

    clock.now += 61_000
    // All of them in one batch: the poisoned ones do not find out, though they came first.
    const batch = [...two, ...third, other].map((message) => ({ ...message, attempts: 2 }))
    expect((await mail.deliver(batch)).acked).toEqual([false, false, false, true])
    expect(await mailsTo(person.to)).toHaveLength(1)
    expect(await status()).toMatchObject({ pause_reason: null })
  })

  test('does not lengthen the pause by coming back before the mails of others', async ({
    expect,
  }) => {
    const { mail, clock } = startService()
    const strangers = await poisoned(mail, 9)
    await mail.deliver(strangers)
    clock.now += 61_000
    for (const message of strangers) await mail.deliver([{ ...message, attempts: 2 }])
    const person = someone()
    expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: null })
  })

  test('does not lengthen the pause when strangers add to it: it takes three again', async ({
    expect,
  }) => {
    const { mail, clock } = startService()
    await mail.deliver(await poisoned(mail, 3))
    clock.now += 61_000
    for (const message of await poisoned(mail, 2)) await mail.deliver([message])
    const person = someone()
    expect((await mail.deliver(await mail.queued(codeMail(person)))).acked).toEqual([true])
    expect(await status()).toMatchObject({ pause_reason: null })
  })
})
