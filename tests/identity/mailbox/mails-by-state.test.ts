import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { sha256 } from '../../../src/platform/crypto/token'
import type { App } from '../../support/acts'
import { acceptInvitation, hasAdmin, inviteUser } from '../../support/admins'
import { freshAddress, startApp } from '../../support/app'
import { type Mail, mailsTo, tokenIn } from '../../support/mailbox'
import { confirmReset, setUser } from '../../support/recovery'

import {
  PASSWORD,
  DAY,
  GRACE_MS,
  acts,
  type Act,
  ask,
  waiting,
  invited,
  invitedWithSignUp,
  closing,
  states,
  type State,
} from './states'

const CONFIRM = 'Confirm your e-mail address'
const INVITED = 'Your invitation to Phantom is waiting'
const EXISTS = 'You already have an account'
const RESET = 'Set a new password'
const CLOSED = 'Your account is closed, and you can still keep it'
const DISABLED = 'Your account is disabled'

/** The subject of the one mail; none where nobody is to be told. */
const mails: Record<State, Record<Act, string | null>> = {
  unknown: row(CONFIRM, null, null),
  unconfirmed: row(CONFIRM, CONFIRM, CONFIRM),
  invited: row(INVITED, INVITED, INVITED),
  'invited, and a sign-up waits': row(INVITED, INVITED, INVITED),
  active: row(EXISTS, RESET, EXISTS),
  frozen: row(RESET, RESET, RESET),
  closing: row(CLOSED, CLOSED, CLOSED),
  disabled: row(DISABLED, DISABLED, DISABLED),
  'disabled and closing': row(DISABLED, DISABLED, DISABLED),
}

function row(signUp: string | null, reset: string | null, again: string | null) {
  return { 'signs up': signUp, 'asks for a reset': reset, 'asks for the link again': again }
}

/** What the link of a mail is good for. */
async function follow(app: App, { subject, text }: Mail, state: State): Promise<number> {
  const post = (path: string, token: string) => app.post(path, { token }, { ip: freshAddress() })
  switch (subject) {
    case CONFIRM:
      return (await post('/api/auth/verify-email/', tokenIn({ subject, text }))).status
    case INVITED: {
      const token = tokenIn({ subject, text })
      return (await acceptInvitation(app, token, { password: PASSWORD })).status
    }
    case RESET:
      return (await confirmReset(app, tokenIn({ subject, text }))).status
    case CLOSED:
      return (await post('/api/users/keep-account/', tokenIn({ subject, text }))).status
    default:
      return text.includes('#token=') || (state.startsWith('disabled') && !text.includes('@'))
        ? 0
        : 200
  }
}

const cases = (Object.keys(states) as State[]).flatMap((state) =>
  (Object.keys(acts) as Act[]).map((act) => [state, act] as const),
)

describe('the mail that fits the state of an account', () => {
  test.for(cases)('%s: whoever %s', async ([state, act], { expect }) => {
    const app = startApp()
    const { email } = await states[state](app)
    const { length: after } = await mailsTo(email)
    expect((await ask(app, act, email)).status).toBe(202)
    const told = await mailsTo(email, { after })
    const subject = mails[state][act]
    expect(told.map((mail) => mail.subject)).toEqual(subject === null ? [] : [subject])
    for (const mail of told) expect([200, 204]).toContain(await follow(app, mail, state))
  })

  test('a link that is mailed again leaves the one before good, and ends with it', async ({
    expect,
  }) => {
    const app = startApp()
    const account = await closing(app)
    const first = 'k'.repeat(43)
    const dueAt = app.now().getTime() + GRACE_MS
    await env.DB.prepare(
      `INSERT INTO mailed_tokens SELECT ?, id, 'keep_account', NULL, ? FROM users WHERE email = ?`,
    )
      .bind(sha256(first), dueAt, account.email)
      .run()
    app.advance(13 * DAY)
    await ask(app, 'asks for a reset', account.email)
    const [mail] = await mailsTo(account.email)
    const keep = (token: string) => app.post('/api/users/keep-account/', { token })
    expect(mail?.text).toContain('#token=')
    app.advance(DAY)
    expect((await keep(tokenIn(mail ?? { subject: '', text: '' }))).status).toBe(400)
    app.advance(-2)
    expect((await keep(first)).status).toBe(200)
    expect((await keep(tokenIn(mail ?? { subject: '', text: '' }))).status).toBe(400)
  })

  test('an account that is about to be erased gets no new link in its last quarter of an hour', async ({
    expect,
  }) => {
    const app = startApp()
    const account = await closing(app)
    const rest = (seconds: number) =>
      setUser(account, `erasure_due_at = ${app.now().getTime() + seconds * 1000}`)
    await rest(899)
    await ask(app, 'asks for a reset', account.email)
    expect(await mailsTo(account.email)).toEqual([])
    app.advance(61)
    await rest(905)
    await ask(app, 'asks for a reset', account.email)
    expect(await mailsTo(account.email)).toHaveLength(1)
  })

  test('an invitation is answered by its own link alone', async ({ expect }) => {
    const app = startApp()
    const account = await invited(app)
    const [first] = await mailsTo(account.email)
    await ask(app, 'signs up', account.email)
    expect(await waiting(account.email)).toBe(0)
    // The one of the first mail is good, whatever a stranger has asked for since.
    const { status } = await acceptInvitation(app, tokenIn(first as Mail), { password: PASSWORD })
    expect(status).toBe(200)
    const both = await invitedWithSignUp(app)
    const token = 's'.repeat(43)
    await env.DB.prepare('UPDATE sign_ups SET token_hash = ? WHERE email = ?')
      .bind(sha256(token), both.email)
      .run()
    expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(400)
  })

  test('an invitation whose time has passed, or whose admins are none, keeps nobody from signing up', async ({
    expect,
  }) => {
    const app = startApp()
    const late = await invited(app)
    app.advance(7 * DAY)
    const admin = await hasAdmin(app)
    const void_ = app.newAccount()
    await inviteUser(app, admin, { email: void_.email, role: 'merchant' })
    await env.DB.prepare(
      `UPDATE mailed_tokens SET data = json_object('role', 'admin', 'by', 'usr_gone',
         'requestedBy', 'usr_gone', 'byEpoch', 0, 'requestedByEpoch', 0)
       WHERE user_id = (SELECT id FROM users WHERE email = ?)`,
    )
      .bind(void_.email)
      .run()
    for (const { email } of [late, void_]) {
      const { length: after } = await mailsTo(email)
      await ask(app, 'signs up', email)
      const [mail] = await mailsTo(email, { after })
      expect(mail?.subject).toBe(CONFIRM)
      const token = tokenIn(mail as Mail)
      expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(200)
    }
  })

  test('of several sign-ups the one from the asker’s network is meant, else the latest', async ({
    expect,
  }) => {
    const app = startApp()
    const { email } = app.newAccount()
    const [own, other] = [freshAddress(), freshAddress()]
    await ask(app, 'signs up', email, own)
    app.advance(61)
    await ask(app, 'signs up', email, other)
    app.advance(61)
    const askedFrom = async (ip: string, act: Act) => {
      const { length: after } = await mailsTo(email)
      await ask(app, act, email, ip)
      const [mail] = await mailsTo(email, { after })
      app.advance(61)
      return mail?.text ?? ''
    }
    expect(await askedFrom(own, 'asks for the link again')).toContain(own)
    expect(await askedFrom(own, 'asks for a reset')).toContain(own)
    expect(await askedFrom(other, 'asks for the link again')).toContain(other)
    expect(await askedFrom(freshAddress(), 'asks for the link again')).toContain(other)
  })
})
