import fc from 'fast-check'
import { describe, test } from 'vitest'
import { many } from '../support/many'
import { type Act, beginWorld, type State, states } from '../support/strangers-world'

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

async function sameInBothWorlds(
  steps: readonly Act[],
  state: State = 'active',
): Promise<[unknown, unknown]> {
  const views = []
  for (const one of [state, 'unknown'] as const) {
    const acts = await beginWorld(one)
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

  test.for(states)(
    'E-011: a name that is %s is as one that nobody has',
    async (state, { expect }) => {
      const [taken, free] = await sameInBothWorlds(
        [
          'the link again',
          'a reset',
          'a sign-up with the address',
          'a minute',
          'a sign-up with the address and a username',
          'a reset',
          'a minute',
          'a change to the address',
          'an export of what waits',
          'the password of an own sign-up',
          'the link again',
          ...wrong(6),
          'a reset',
          'half an hour',
          ...wrong(2),
          'the username of an own sign-up',
          'a sign-up with the username',
        ],
        state,
      )
      expect(free).toEqual(taken)
    },
  )
})
