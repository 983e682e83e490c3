import fc from 'fast-check'
import { describe, test } from 'vitest'
import { openSession } from '../support/accounts'
import { freshAddress, startApp } from '../support/app'
import { countingHashes, visible } from '../support/attack'
import { many } from '../support/many'
import { startMeter } from '../support/meter'
import { userIdOf } from '../support/rows-of'

const STRANGERS_PASSWORD = 'the stranger chose these words'

/**
 * A service in which a name is somebody's, or is nobody's, and a stranger with an account of their
 * own.
 */
async function beginWorld(exists: boolean) {
  const { meter, read } = startMeter()
  const objects = new Set<string>()
  let isWatched = false
  const app = startApp((deps) => (isWatched ? watchingObjects(meter(deps), objects) : deps))
  const target = exists ? await app.hasAccount() : app.newAccount()
  const own = await app.hasAccount()
  const userId = await userIdOf(own)
  // The account has signed in before: its guard is no new object.
  if (exists) await openSession(app.deps(), await userIdOf(target))
  isWatched = true
  const { email, username } = target
  const wish = `w${app.id}`.slice(0, 30)
  const token = async () => (await openSession(app.deps(), userId)).accessToken
  const post = (path: string, json: unknown, by?: string) => {
    let work: unknown
    const watch = () => {
      const { rowsRead: _, rowsWritten: __, ...calls } = read()
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

type Act = keyof Awaited<ReturnType<typeof beginWorld>>

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

const names: Act[] = [
  'a wrong password for the address',
  'a wrong password for the username',
  'the password of an own sign-up',
  'a sign-up with the address',
  'a sign-up with the address and a username',
  'a sign-up with the username',
  'the link again',
  'a reset',
  'the username of an own sign-up',
  'a change to the address',
  'an export of what waits',
  'a minute',
  'half an hour',
]

const wrong = (count: number) =>
  Array.from({ length: count }, () => 'a wrong password for the address' as const)

async function sameInBothWorlds(steps: readonly Act[]): Promise<[unknown, unknown]> {
  const views = []
  for (const exists of [true, false]) {
    const acts = await beginWorld(exists)
    const view = []
    for (const step of steps) view.push([step, await acts[step]()])
    views.push(view)
  }
  return [views[0], views[1]]
}

describe('enumeration by what a stranger changed', () => {
  test.for<[string, Act[]]>([
    [
      'the password of an own sign-up is wrong, whoever has the name',
      ['a sign-up with the address', 'a minute', 'the password of an own sign-up'],
    ],
    [
      'a username that somebody signed up with is free until that is confirmed',
      ['a sign-up with the address and a username', 'the username of an own sign-up'],
    ],
    [
      'a sign-up leaves the count of wrong passwords as it is',
      [...wrong(4), 'a sign-up with the address', ...wrong(2)],
    ],
    [
      'a locked address locks no username',
      [...wrong(5), 'a wrong password for the username', 'the password of an own sign-up'],
    ],
    [
      'tries with both names are counted for each',
      [
        ...wrong(3),
        ...Array.from({ length: 6 }, () => 'a wrong password for the username' as const),
        ...wrong(3),
      ],
    ],
    ['an address that is asked for waits', ['a change to the address', 'an export of what waits']],
    [
      'links and resets are counted for the name',
      ['a reset', 'a sign-up with the address', 'a reset', 'a minute', 'the link again', 'a reset'],
    ],
  ])('E-011: %s', async ([, steps], { expect }) => {
    const [taken, free] = await sameInBothWorlds(steps)
    expect(free).toEqual(taken)
  })

  test(
    'E-011: no sequence of acts tells a name that is taken from one that is free',
    {
      timeout: 300_000,
    },
    async ({ expect }) => {
      const sequence = fc.array(fc.constantFrom(...names), { minLength: 4, maxLength: many(20) })
      const property = fc.asyncProperty(sequence, async (steps) => {
        const [taken, free] = await sameInBothWorlds(steps)
        expect(free).toEqual(taken)
      })
      await fc.assert(property, { numRuns: many(30), endOnFailure: true })
    },
  )
})
