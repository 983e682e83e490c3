import { test } from 'vitest'
import { hasAdmin, tokenFor } from '../support/admins'
import { freshAddress, startApp } from '../support/app'
import { documented } from '../support/documented'

test('the searches that docs/api.md shows are answered', async ({ expect }) => {
  const app = startApp()
  const admin = await hasAdmin(app)
  const lines = documented('docs/api.md', 'GET /api/admin/users/').split('\n')
  const paths = lines.map((line) => /^GET (\S+)/.exec(line)?.[1] ?? line)
  for (const path of paths) {
    const token = await tokenFor(app, admin)
    const { status } = await app.send('GET', path, { token, ip: freshAddress() })
    expect([path, status]).toEqual([path, 200])
  }
})
