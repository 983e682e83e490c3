import { env } from 'cloudflare:workers'
import { createUser } from '../../src/features/registration/create-user'
import { openSession } from './accounts'
import { type Account, freshAddress, startApp } from './app'
import { countingHashes, visible } from './attack'
import { startMeter } from './meter'
import { setUser } from './recovery'
import { userIdOf } from './rows-of'

const STRANGERS_PASSWORD = 'the stranger chose these words'

/** What may stand behind a name: how the row of an account is changed, or what else there is. */
const STATES = {
  active: '',
  frozen: 'frozen_at = 1',
  closing: 'erasure_due_at = 4e12',
  disabled: "status = 'disabled'",
  invited: "status = 'pending', username = NULL, username_key = NULL",
  unconfirmed: undefined,
  unknown: undefined,
} as const
export type State = keyof typeof STATES

export const states = Object.keys(STATES) as State[]

async function newTarget(app: ReturnType<typeof startApp>, state: State): Promise<Account> {
  const assignment = STATES[state]
  if (assignment === undefined) {
    const account = app.newAccount()
    if (state === 'unconfirmed') await createUser(app.deps(), { ...account, role: 'customer' })
    return account
  }
  const account = await app.hasAccount()
  const userId = await userIdOf(account)
  // The account has signed in before: its guard is no new object.
  await openSession(app.deps(), userId)
  if (assignment !== '') await setUser(account, assignment)
  if (state === 'invited') {
    const data = JSON.stringify({
      role: 'merchant',
      by: userId,
      requestedBy: null,
      byEpoch: 0,
      requestedByEpoch: null,
    })
    await env.DB.prepare("INSERT INTO mailed_tokens VALUES (?, ?, 'invite', ?, 4000000000000)")
      .bind(crypto.randomUUID(), userId, data)
      .run()
  }
  return account
}

/**
 * A service in which a name is somebody's, in some state, or is nobody's, and a stranger with an
 * account of their own.
 */
export async function beginWorld(state: State) {
  const { meter, read } = startMeter()
  const objects = new Set<string>()
  let isWatched = false
  const app = startApp((deps) => (isWatched ? watchingObjects(meter(deps), objects) : deps))
  const target = await newTarget(app, state)
  const own = await app.hasAccount()
  const userId = await userIdOf(own)
  isWatched = true
  const { email, username } = target
  const wish = `w${app.id}`.slice(0, 30)
  const token = async () => (await openSession(app.deps(), userId)).accessToken
  const post = (path: string, json: unknown, by?: string) => {
    let work: unknown
    const watch = () => {
      // Calls to stores; not what one batch does inside of the database, as decision 023 has it.
      const { rowsRead: _, rowsWritten: __, d1Statements: ___, ...calls } = read()
      work = { ...calls, objects: objects.size }
    }
    objects.clear()
    read()
    return countingHashes(async () => {
      const ip = freshAddress()
      const method = path.startsWith('PUT ') ? 'PUT' : 'POST'
      const options = { json, ip, onAnswer: watch, token: by }
      return visible(await app.send(method, path.replace('PUT ', ''), options))
    }).then(({ result, rounds }) => ({ ...result, rounds, work }))
  }
  const logIn = (identifier: string, password: string) =>
    post('/api/auth/login/', { identifier, password })
  const signUp = (account: object) =>
    post('/api/users/create/', { password: STRANGERS_PASSWORD, ...account })
  const acts = {
    'a wrong password for the address': () => logIn(email, 'not the password'),
    'a wrong password for the username': () => logIn(username, 'not the password'),
    'the password of an own sign-up': () => logIn(email, STRANGERS_PASSWORD),
    'a sign-up with the address': () => signUp({ email }),
    'a sign-up with the address and a username': () => signUp({ email, username: wish }),
    'a sign-up with the username': () => signUp({ ...app.newAccount(), username }),
    'the link again': () => post('/api/auth/verify-email/resend/', { email }),
    'a reset': () => post('/api/auth/reset-password/', { email: email.toUpperCase() }),
    'the username of an own sign-up': async () => {
      const renamed = await post('PUT /api/users/update/', { username: wish }, await token())
      return { ...renamed, text: '' }
    },
    'a change to the address': async () =>
      post('/api/users/change-email/', { email }, await token()),
    'an export of what waits': async () => {
      const by = await token()
      const { text } = await app.send('GET', '/api/users/me/export/', {
        token: by,
        ip: freshAddress(),
      })
      const { waiting_addresses: waiting } = JSON.parse(text) as {
        waiting_addresses: { purpose: string }[]
      }
      return waiting.map(({ purpose }) => purpose)
    },
    'a minute': async () => app.advance(61),
    'half an hour': async () => app.advance(1801),
  }
  return acts
}

export type Act = keyof Awaited<ReturnType<typeof beginWorld>>

/**
 * Counts the objects that a request reaches, but for those that are there already in either world.
 */
const watchingObjects = (
  deps: ReturnType<ReturnType<typeof startMeter>['meter']>,
  objects: Set<string>,
) => ({
  ...deps,
  accountGuards: new Proxy(deps.accountGuards, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (key !== 'getByName' || typeof value !== 'function') return value
      return (name: string) => {
        if (!/^(usr_|nobody:)/.test(name)) objects.add(name)
        return Reflect.apply(value, target, [name]) as unknown
      }
    },
  }),
})
