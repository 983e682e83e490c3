import { test } from 'vitest'
import { customers, newAdmin, outcomes } from '../support/act-on-list'
import { columnOf, insertUser, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { documented } from '../support/documented'

const incident = documented('docs/operations.md', 'users/disable/')

/** Of each command its path, and the body where it sends one. */
const commands = [...incident.matchAll(/^admin '?([^' ]+)'?(?: --json '(.+)')?/gm)]

test('every command of docs/operations.md for stolen accounts works, one after the other', async ({
  expect,
}) => {
  const app = startApp()
  const admin = await newAdmin(app)
  const already = await insertUser(app, 'customer', `status = 'disabled'`)
  const found = await customers(app, 2)
  let ids = [...found, already]
  expect(commands).toHaveLength(5)
  for (const [, path = '', body] of commands) {
    const answer = await app.send(body ? 'POST' : 'GET', `/api/admin/${path}`, {
      token: await tokenFor(app, admin),
      ip: freshAddress(),
      ...(body && { json: JSON.parse(body.replace(`'"$IDS"'`, JSON.stringify(ids))) as object }),
    })
    expect([path, answer.status]).toEqual([path, 200])
    if (!body) expect(answer.body).toHaveProperty('events')
    if (path === 'users/disable/') {
      expect(outcomes(answer)).toContainEqual([already, 'user_state'])
      // The commands below it go on with what was done (pure/shell-commands).
      ids = found
    } else if (body) {
      expect(outcomes(answer)).toEqual(found.map((id) => [id, 'done']))
    }
  }
  expect(await columnOf(already, 'status')).toBe('disabled')
})
