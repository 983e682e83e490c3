import { test } from 'vitest'
import { mails } from '../../../../src/mails'
import { readyMail, renderMail } from '../../../../src/platform/email/ready-mail'
import type { Settings } from '../../../../src/platform/settings'
import { queuedMail } from '../../../vectors/queued-mail'

const NOON = Date.UTC(2026, 10, 24, 12)
const ring = [{ id: 'k1', bytes: new Uint8Array(32).fill(7) }] as const

const readAt = (time: number) => {
  const settings = { SEALING_KEYS: ring } as unknown as Settings
  const message = { id: 'm1', attempts: 1, body: queuedMail } as Message<string>
  return readyMail({ settings, now: () => new Date(time) }, message, mails)
}

test('a mail that the version before has queued opens and is rendered', async ({ expect }) => {
  const ready = await readAt(NOON)
  if ('event' in ready) throw new Error(ready.reason)
  expect(ready.mail).toMatchObject({
    template: 'email_changed',
    userId: 'usr_ada',
    locale: 'de-AT',
    expiresAt: NOON + 3 * 86_400_000,
    cause: { ip: '203.0.113.7', account: { id: 'usr_ada', isOld: true, isKnown: true } },
    kind: 'other',
    queuedAt: NOON,
  })
  const rendered = await renderMail(ready, { level: 'ok' }, NOON)
  expect(rendered?.to).toBe('ada@example.org')
  for (const form of ['text', 'html'] as const) {
    expect(rendered?.[form]).toContain('https://auth.phantom.test/not-me#token=abcdefghij')
    expect(rendered?.[form]).toContain('Firefox auf Linux')
    expect(rendered?.[form]).toContain('24. November 2026 um 11:59 UTC')
  }
})

test('a queued mail whose link has ended is still told, without the link', async ({ expect }) => {
  const late = NOON + 3 * 86_400_000
  const ready = await readAt(late)
  if ('event' in ready) throw new Error(ready.reason)
  const rendered = await renderMail(ready, { level: 'ok' }, late)
  expect(rendered?.text).toContain('kommt verspätet')
  expect(rendered?.text).not.toContain('#token=')
})
