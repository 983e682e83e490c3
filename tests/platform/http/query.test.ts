import { describe, test } from 'vitest'
import { hasAdmin, tokenFor } from '../../support/admins'
import { startApp } from '../../support/app'

describe('a parameter of the URL', () => {
  test.for(['__proto__', 'constructor', 'state', 'Limit'])(
    'named %s is refused where the route has none of this name',
    async (name, { expect }) => {
      const app = startApp()
      const token = await tokenFor(app, await hasAdmin(app))
      const answer = await app.send('GET', `/api/admin/users/?${name}=1`, { token })
      expect([answer.status, answer.body]).toMatchObject([
        400,
        { code: 'invalid_request', errors: [{ pointer: `#/${name}` }] },
      ])
    },
  )

  test('is given once', async ({ expect }) => {
    const app = startApp()
    const token = await tokenFor(app, await hasAdmin(app))
    const answer = await app.send('GET', '/api/admin/users/?limit=1&limit=1', { token })
    expect(answer.body).toMatchObject({ errors: [{ detail: 'given more than once' }] })
  })
})
