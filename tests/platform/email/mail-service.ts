import { env } from 'cloudflare:workers'
import { settings } from '../../../src/platform/settings'
import { mailboxPorts } from '../../support/smtp-mailbox'
import { fakeQueue } from './fake-queue'
import { mailEventsOf, startMail } from './support'

export const NOON = Date.UTC(2026, 10, 24, 12)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** A service at noon, whose clock and mail server the test turns. */
export function startService(port: keyof typeof mailboxPorts = 'starttls') {
  const clock = { now: NOON, port }
  const mail = startMail({ now: () => new Date(clock.now) })
  Object.defineProperty(mail.deps, 'settings', {
    get: () => ({ ...settings(env), EMAIL_PORT: mailboxPorts[clock.port] }),
  })
  return { clock, mail, queue: fakeQueue(mail, clock) }
}

/** What operators are told, in D1. */
export const status = () => env.DB.prepare('SELECT * FROM mail_status').first()

export const newEvents = async () =>
  (await mailEventsOf(null)).filter(({ event }) => /paus|resum/.test(event))
