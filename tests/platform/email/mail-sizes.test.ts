import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { sendMail } from '../../../src/identity/mailbox/ask-for-mail'
import type { Mailbox } from '../../../src/identity/mailbox/mailbox'
import { mailOf } from '../../../src/identity/mailbox/mailbox-mail'
import { createDeps, type Deps } from '../../../src/platform/deps'
import { canonicalIp } from '../../../src/platform/ip-address'
import { emailKey } from '../../../src/platform/text/email-key'

const LATER = new Date('2099-12-31T23:59:59.999Z')
/** Four labels as long as punycode allows, of letters that take three bytes each. */
const DOMAIN = `${Array.from({ length: 3 }, () => '例'.repeat(54)).join('.')}.test`
const LONGEST = `${'a'.repeat(64)}@${DOMAIN}`
const LOCALE = 'zh-hant-tw-x-private'

const owner = {
  id: `usr_${'x'.repeat(22)}`,
  email: LONGEST,
  locale: LOCALE,
  role: 'merchant',
  createdAt: LATER,
}
const ip = canonicalIp('2001:db8:ffff:ffff:ffff:ffff:ffff:ffff') ?? ''
const merchant = {
  role: 'merchant',
  by: owner.id,
  requestedBy: owner.id,
  byEpoch: 0,
  requestedByEpoch: 0,
}

const boxes: readonly Mailbox[] = [
  { state: 'unknown' },
  { state: 'active', owner },
  { state: 'frozen', owner },
  { state: 'disabled', owner },
  { state: 'closing', owner, dueAt: LATER },
  {
    state: 'invited',
    owner,
    invite: { tokenHash: '', data: JSON.stringify(merchant), expiresAt: LATER },
  },
  {
    state: 'unconfirmed',
    signUp: {
      tokenHash: '',
      email: LONGEST,
      emailKey: emailKey(LONGEST),
      username: null,
      locale: LOCALE,
      role: 'merchant',
      passwordHash: '',
      merchant: null,
      ip,
      country: 'DE',
      createdAt: LATER,
      expiresAt: LATER,
    },
  },
]

test('the mail of an act has one size, whatever stands behind the longest address', async ({
  expect,
}) => {
  const bodies: string[] = []
  const send = (body: string) => {
    bodies.push(body)
    return Promise.resolve()
  }
  const caller = { ip, country: 'DE', userAgent: null, requestId: '' }
  const deps = {
    ...createDeps(env, () => {}),
    caller,
    mailQueue: { send } as unknown as Deps['mailQueue'],
  }
  const token = 'x'.repeat(43)
  for (const mailbox of boxes) {
    for (const act of ['sign_up', 'resend', 'reset'] as const) {
      const mail = mailOf(deps, { mailbox, act, token, by: 'owner' })
      const asking = { key: emailKey(LONGEST), mailbox, act, asker: {} }
      await sendMail(deps, asking, mail, true)
      await sendMail(deps, asking, mail, false)
    }
  }
  expect(new Set(bodies.map((body) => body.length)).size).toBe(1)
})
