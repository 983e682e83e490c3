import { test } from 'vitest'
import { tellOnceSince } from '../../src/identity/accounts/once-since'
import { insertUser } from '../support/admins'
import { startApp } from '../support/app'
import { depsAt } from './support'

const SINCE = new Date('2027-03-08T07:00:00Z')

test('what was told is not gathered again', async ({ expect }) => {
  await insertUser(startApp(), 'admin')
  let gathered = 0
  const tell = (since: Date) =>
    tellOnceSince(depsAt(SINCE), 'test:told', since, () => {
      gathered += 1
      return Promise.resolve({ template: 'job_overdue', data: { job: 'x', since: SINCE } })
    })
  expect([await tell(SINCE), await tell(SINCE), gathered]).toEqual([1, 0, 1])
  expect([await tell(new Date(SINCE.getTime() + 1)), gathered]).toEqual([1, 2])
})
