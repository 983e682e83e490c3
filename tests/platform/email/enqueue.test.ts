import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { createDeps } from '../../../src/platform/deps'
import { enqueueNotice } from '../../../src/platform/email/enqueue'
import { openMail } from '../../../src/platform/email/queued-mail'
import { problemCode } from '../../../src/platform/problems'
import { noMail } from '../../support/mail-faults'
import { littlePatience } from '../../support/patience'
import { CODE, codeMail, someone, startMail, verifyMail } from './support'

const LONGEST = {
  to: `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(55)}.test`,
  userId: `usr_${'x'.repeat(22)}`,
}

describe('queueing a mail', () => {
  test('is one message to the queue, decoy or not', async ({ expect }) => {
    const mail = startMail()
    for (const person of [someone(), { to: null, userId: null }]) {
      expect(await mail.queued(codeMail(person))).toHaveLength(1)
    }
  })

  test('makes messages of one size, for a decoy, a mail and the longest address', async ({
    expect,
  }) => {
    const mail = startMail()
    const decoy = { to: null, userId: null }
    const messages = await mail.queued(
      codeMail(decoy),
      codeMail(someone()),
      codeMail(LONGEST),
      verifyMail(decoy),
      verifyMail(someone()),
      verifyMail(LONGEST),
    )
    expect(new Set(messages.map(({ body }) => body.length)).size).toBe(1)
  })

  test('tells who causes it: the caller, where nothing else is said', async ({ expect }) => {
    const mail = startMail()
    const asked = verifyMail(someone())
    const messages = await mail.queued(
      asked,
      { ...asked, cause: undefined },
      { ...asked, cause: 'service' },
    )
    const opened = await Promise.all(messages.map(({ body }) => openMail(mail.deps, body)))
    const caller = { ip: '203.0.113.7' }
    expect(opened.map((one) => one?.cause)).toEqual([caller, caller, 'service'])
  })

  test('shows the queue neither code nor address nor which mail it is', async ({ expect }) => {
    const person = someone()
    const [message] = await startMail().queued(codeMail(person))
    const body = message?.body ?? ''
    expect(body).toMatch(/^[a-z0-9]{1,16}\.[\w-]+$/)
    const text = Buffer.from(body.slice(body.indexOf('.') + 1), 'base64url').toString('latin1')
    for (const secret of [CODE, person.to, 'login_code']) {
      expect(body + text).not.toContain(secret)
    }
  })

  test('about what is done gives up within the deadline of a request, whatever hangs', async ({
    expect,
  }) => {
    // Two stores, one after the other, would take longer than the request has.
    const patience = littlePatience({ store: 400, notice: 50, request: 750 })
    const deps = { ...noMail('hangs')(createDeps(env, () => {})), patience }
    const begun = Date.now()
    const error = await enqueueNotice(deps, codeMail(someone())).catch((e: unknown) => e)
    expect(problemCode(error)).toBe('service_unavailable')
    expect(Date.now() - begun).toBeLessThan(patience.request)
  })
})
