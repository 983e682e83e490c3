import { describe, test } from 'vitest'
import {
  createKey,
  endKey,
  freshToken,
  keyIn,
  keyOwner,
  madeKey,
  rotateKey,
  verifyKey,
} from '../../api-keys/support'
import { decide, hasReviewer, inState, submit, withProfile } from '../../merchants/support'
import { type App, signedIn, verify, wrongCodes } from '../../support/acts'
import {
  acceptInvitation,
  act,
  changeRole,
  columnOf,
  insertUser,
  inviteUser,
  REASON,
  tokenFor,
} from '../../support/admins'
import { type Answer, freshAddress, nextCode, startApp } from '../../support/app'
import { failLogin } from '../../support/attack'
import { faultyApp, noMail, noQueue, sendWaiting, waiting } from '../../support/mail-faults'
import { mailsNamed, tokenIn } from '../../support/mailbox'
import { startMeter } from '../../support/meter'
import { userIdOf } from '../../support/rows-of'

/** An act, ready to be done: what it answers, and the mail that must follow. */
type Ready = {
  act: () => Promise<Answer>
  done: number
  to: { email: string }
  subject: string
}

const hasAdmin = async (app: App) => ({ id: await insertUser(app, 'admin') })

const acts: Record<string, (app: App) => Promise<Ready>> = {
  'a new API key': async (app) => {
    const owner = await keyOwner(app)
    const make = () => createKey(app, owner.token)
    return { act: make, done: 201, to: owner.account, subject: 'An API key was created' }
  },
  'the end of an API key': async (app) => {
    const owner = await keyOwner(app)
    const { id } = await madeKey(app, owner)
    const end = () => endKey(app, owner.token, id)
    return { act: end, done: 204, to: owner.account, subject: 'An API key was deleted' }
  },
  'an application': async (app) => {
    const merchant = await withProfile(app)
    const hand = () => submit(app, merchant, 1)
    return { act: hand, done: 200, to: merchant, subject: 'We have received your application' }
  },
  'a rejection': async (app) => {
    const reviewer = await hasReviewer(app)
    const merchant = await inState(app, reviewer, 'submitted')
    const reject = () => decide(app, reviewer, merchant.id, 'reject', merchant.version)
    return { act: reject, done: 200, to: merchant, subject: 'Your application was rejected' }
  },
  'another role': async (app) => {
    const account = await app.hasAccount()
    const [admin, id] = [await hasAdmin(app), await userIdOf(account)]
    const change = () => changeRole(app, admin, id, 'merchant')
    return { act: change, done: 204, to: account, subject: 'Your account has another role' }
  },
  'a disabled account': async (app) => {
    const account = await app.hasAccount()
    const [admin, id] = [await hasAdmin(app), await userIdOf(account)]
    const disable = () => act(app, admin, `${id}/disable`)
    return { act: disable, done: 204, to: account, subject: 'Your account was disabled' }
  },
  'a login from a new browser': async (app) => {
    const { account } = await signedIn(app)
    const challenge = await app.startLogin(account)
    const code = await nextCode(account)
    const enter = () => verify(app, challenge, code)
    return { act: enter, done: 200, to: account, subject: 'New sign-in to your account' }
  },
  'a third wrong code': async (app) => {
    const account = await app.hasAccount()
    const challenge = await app.startLogin(account)
    const [first, second, third] = wrongCodes(await nextCode(account), 3)
    for (const code of [first, second]) await verify(app, challenge, code)
    const guess = () => verify(app, challenge, third)
    return { act: guess, done: 401, to: account, subject: 'Right password, wrong code' }
  },
}

describe.each(['fails', 'hangs'] as const)('when the mail queue %s,', (how) => {
  test.for(Object.entries(acts))(
    '%s is answered as done, and its mail goes out with the next minute',
    async ([, prepare], { expect }) => {
      const { app, during } = faultyApp()
      const { act: does, done, to, subject } = await prepare(app)
      const answer = await during(noQueue(how), does)
      expect(answer.status, answer.text).toBe(done)
      expect(await waiting()).toHaveLength(1)
      await sendWaiting()
      expect(await mailsNamed(to.email, subject)).toHaveLength(1)
      expect(await waiting()).toEqual([])
    },
  )

  test('a rotation hands out the new secret, and the one before stays good', async ({ expect }) => {
    const { app, during } = faultyApp()
    const owner = await keyOwner(app)
    const before = await madeKey(app, owner)
    const token = await freshToken(app, owner)
    const rotated = await during(noQueue(how), () => rotateKey(app, token, before.id))
    expect(rotated.status).toBe(200)
    for (const key of [keyIn(rotated).key, before.key]) {
      expect((await verifyKey(app, key)).status).toBe(200)
    }
    await sendWaiting()
    await mailsNamed(owner.account.email, 'An API key was replaced')
  })

  test('the invitation that two admins have made leads to an account', async ({ expect }) => {
    const { app, during } = faultyApp()
    const [one, two] = [await hasAdmin(app), await hasAdmin(app)]
    const account = app.newAccount()
    const asked = await during(noQueue(how), () =>
      inviteUser(app, one, { email: account.email, role: 'admin' }),
    )
    expect(asked.status).toBe(202)
    const path = `${String(asked.body['user_id'])}/grants/${String(asked.body['act_id'])}/approve`
    expect((await during(noQueue(how), () => act(app, two, path))).status).toBe(204)
    await sendWaiting()
    const [mail] = await mailsNamed(account.email, 'You are invited to Phantom')
    if (!mail) throw new Error('a mail')
    expect((await acceptInvitation(app, tokenIn(mail), account)).status).toBe(200)
    expect(await columnOf(await userIdOf(account), 'role')).toBe('admin')
  })

  test('a code or a link is refused for now, and nothing waits', async ({ expect }) => {
    const { app, during } = faultyApp()
    const account = await app.hasAccount()
    const { accessToken: token } = await app.signIn(account)
    const ip = freshAddress()
    const { email, password } = account
    const asks: [string, object, object?][] = [
      ['/api/auth/login/', { identifier: email, password }],
      ['/api/auth/reset-password/', { email }],
      ['/api/users/create/', app.newAccount()],
      ['/api/users/notification-email/', { email: app.newAccount().email }, { token }],
    ]
    const all = () =>
      Promise.all(asks.map(([path, json, options]) => app.post(path, json, { ip, ...options })))
    const answers = await during(noQueue(how), all)
    expect(answers.map(({ status }) => status)).toEqual(asks.map(() => 503))
    expect(await waiting()).toEqual([])
  })

  test('a locked name costs one mail that waits, whether it exists or not', async ({ expect }) => {
    const { app, during } = faultyApp()
    const account = await app.hasAccount()
    const seen = []
    for (const identifier of [account.email, app.newAccount().email]) {
      const answers = await during(noQueue(how), () => failLogin(app, identifier, 6))
      const lengths = (await waiting()).map(({ body }) => body.length)
      seen.push([answers.map(({ status }) => status), lengths])
      await sendWaiting()
    }
    expect(seen[1]).toEqual(seen[0])
    expect(seen[0]).toEqual([[401, 401, 401, 401, 401, 429], [expect.any(Number)]])
    await mailsNamed(account.email, 'Sign-in is locked for 30 minutes')
  })

  test('and the database takes no mail either, the answer is a 503', async ({ expect }) => {
    const { app, during } = faultyApp()
    const ready: Ready[] = []
    for (const prepare of Object.values(acts)) ready.push(await prepare(app))
    const answers = await during(noMail(how), () =>
      Promise.all(ready.map(({ act: does }) => does())),
    )
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([503, 'service_unavailable'])
    }
    expect(await waiting()).toEqual([])
  })
})

test('a mail that the queue takes costs the database nothing', async ({ expect }) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const account = await app.hasAccount()
  const [admin, id] = [await hasAdmin(app), await userIdOf(account)]
  const token = await tokenFor(app, { id: admin.id })
  read()
  const ended = await app.post(`/api/admin/users/${id}/disable/`, { reason: REASON }, { token })
  expect(ended.status).toBe(204)
  // The session, the account, three about the key of what is said, and the act.
  expect(read()).toMatchObject({ d1RoundTrips: 6, queueSends: 1 })
  await mailsNamed(account.email, 'Your account was disabled')

  // Whom it goes to comes with the decision: a lookup after it could fail.
  const reviewer = await hasReviewer(app)
  const merchant = await inState(app, reviewer, 'submitted')
  read()
  await decide(app, reviewer, merchant.id, 'reject', merchant.version)
  expect(read()).toMatchObject({ d1RoundTrips: 2, queueSends: 1 })
})
