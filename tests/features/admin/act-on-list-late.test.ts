import { test } from 'vitest'
import { forEachOf } from '../../../src/features/admin/act-on-users'
import type { Refusals, Target } from '../../../src/features/admin/target'
import { PATIENCE } from '../../../src/platform/patience'
import { problemCode } from '../../../src/platform/problems'

test.for(['ends well', 'fails'] as const)(
  'work on an account that %s after the time is over changes no answer',
  async (how, { expect }) => {
    const subjects = Array.from({ length: 21 }, (_, at) => ({ id: `usr_${at}` }) as Target)
    const refusals: Refusals = new Map()
    const begun: Target[] = []
    const late = Promise.withResolvers<string>()
    const patience = { ...PATIENCE, store: 20 }
    const results = await forEachOf({ patience }, subjects, refusals, (subject) => {
      begun.push(subject)
      return begun.length === 1 ? Promise.resolve('in time') : late.promise
    })
    if (how === 'fails') late.reject(new Error('late'))
    else late.resolve('late')
    // All that waits for it runs before the next task.
    await new Promise((next) => setTimeout(next))
    // Twenty at a time, and one in the place of the first.
    expect(begun).toHaveLength(21)
    expect(results).toEqual(['in time'])
    const codes = [...refusals].map(([id, refusal]) => [id, problemCode(refusal)])
    expect(codes).toEqual(subjects.slice(1).map(({ id }) => [id, 'service_unavailable']))
  },
)

test('no account is begun after the time is over', async ({ expect }) => {
  const subjects = Array.from({ length: 21 }, (_, at) => ({ id: `usr_${at}` }) as Target)
  const begun: Target[] = []
  const late = Promise.withResolvers<void>()
  const patience = { ...PATIENCE, store: 20 }
  await forEachOf({ patience }, subjects, new Map(), (subject) => {
    begun.push(subject)
    return late.promise
  })
  late.resolve()
  await new Promise((next) => setTimeout(next))
  expect(begun).toHaveLength(20)
})
