import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { beforeAll, describe, test } from 'vitest'
import { inBrowser, noChromium } from '../support/e2e/chromium.ts'
import { documented } from '../support/documented.ts'
import { client, PASSWORD } from '../support/e2e/journey.ts'
import { inMail } from '../support/e2e/mails.ts'
import type { SharedServer } from '../support/e2e/global-setup.ts'
import { sharedServer } from '../support/e2e/shared-server.ts'

let dev: SharedServer
beforeAll(async () => {
  dev = await sharedServer()
})

// Each waits for mails, of addresses of its own.
describe.concurrent('a first session, with mail over implicit TLS', () => {
  test('comes of pasting the quick start of the README', async ({ expect }) => {
    const script = documented('README.md', 'post() {')
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      env: { ...process.env, API: dev.api, MAILBOX: dev.mailbox },
      timeout: 60_000,
    })
    const me: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect(me).toMatchObject({
      email: expect.stringMatching(/^ada-\d+@example\.com$/),
      role: 'customer',
      session: { acr: 'aal1' },
    })
  })

  test('comes of the example of the typed client', async ({ expect }) => {
    const command = documented('examples/sign-up-to-session.ts', 'npm exec node')
    const example = command.split(' ').at(-1) ?? ''
    expect(readFileSync(example, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(20)
    const { stdout } = await promisify(execFile)(process.execPath, [example], {
      env: { ...process.env, API: dev.api, MAILBOX: dev.mailbox },
      timeout: 60_000,
    })
    expect(JSON.parse(stdout)).toMatchObject({ role: 'customer', session: { acr: 'aal1' } })
  })

  test('starts with the mailed link in a browser, which leaves no token behind', async (context) => {
    if (noChromium) context.skip(noChromium)
    const { expect } = context
    const email = 'grace@browser.example'
    const app = client(dev.api)
    await app.post('/api/users/create/', { email, password: PASSWORD })
    const link = await inMail(dev, email, /(https?:\/\/\S+#token=[\w-]+)/)
    const token = link.slice(link.indexOf('=') + 1)

    await inBrowser(async (page) => {
      const requested: string[] = []
      page.on('request', (request) => requested.push(request.url()))
      const errors: string[] = []
      page.on('pageerror', (error) => errors.push(String(error)))
      await page.goto(link)
      // Some pages confirm by themselves, others wait for a click, so that a mail scanner cannot.
      const button = page.getByRole('button')
      if (await button.isVisible()) await button.click()
      await page
        .getByText(/confirmed|verified/i)
        .first()
        .waitFor()
      expect(page.url()).toBe(`${dev.api}/verify-email`)
      expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2)
      expect(await page.content()).not.toContain(token)
      expect(requested.filter((url) => url.includes(token) && !url.includes('#'))).toEqual([])
      expect(requested.every((url) => url.startsWith(dev.api))).toBe(true)
      expect(errors).toEqual([])
    })

    expect(await app.post('/api/auth/verify-email/', { token })).toMatchObject({ status: 400 })
    const login = await app.post('/api/auth/login/', { identifier: email, password: PASSWORD })
    expect(login.status).toBe(200)
  })
})
