import type { Page } from 'playwright-core'
import { beforeAll, test } from 'vitest'
import { inBrowser, noChromium } from '../support/e2e/chromium.ts'
import type { SharedServer } from '../support/e2e/global-setup.ts'
import { client, PASSWORD } from '../support/e2e/journey.ts'
import { inMail, mailsWith } from '../support/e2e/mails.ts'
import { sharedServer } from '../support/e2e/shared-server.ts'

let dev: SharedServer
beforeAll(async () => {
  dev = await sharedServer()
})

/** A browser app as docs/api.md has it: it keeps the device token, and no cookie comes or goes. */
const APP = `async (url, json, access) => {
  const device_token = localStorage.getItem('device_token') ?? undefined
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(access && { Authorization: 'Bearer ' + access }),
    },
    body: JSON.stringify(access ? json : { ...json, device_token }),
  })
  const body = await response.json()
  if (body.device_token) localStorage.setItem('device_token', body.device_token)
  return { status: response.status, body }
}`

type Answer = { status: number; body: Record<string, string | undefined> }

const callFrom = (page: Page) => (path: string, json: object, access?: string) =>
  page.evaluate<Answer>(
    `(${APP})(...${JSON.stringify([`${dev.api}/api/auth/${path}/`, json, access])})`,
  )

test('an app on another origin is known at its second login, and strangers do not lock it out', async (context) => {
  if (noChromium) context.skip(noChromium)
  const { expect } = context
  const email = 'ada@other-origin.example'
  const stranger = client(dev.api)
  await stranger.post('/api/users/create/', { email, password: PASSWORD })
  const link = await inMail(dev, email, /#token=([\w-]+)/)
  await stranger.post('/api/auth/verify-email/', { token: link })

  await inBrowser(async (page) => {
    await page.goto(dev.otherPage)
    const call = callFrom(page)
    let last = 'none'
    const signIn = async () => {
      const { body } = await call('login', { identifier: email, password: PASSWORD })
      const another = new RegExp(`^\\s*(?!${last})(\\d{6})\\s*$`, 'm')
      last = await inMail(dev, email, another)
      return call('verify-2fa', { challenge: body['challenge'], method: 'email', code: last })
    }
    expect((await signIn()).status).toBe(200)
    const again = await signIn()
    const access = again.body['access_token'] ?? ''

    const wrong = { identifier: email, password: 'not the one' }
    for (let count = 0; count < 5; count++) await stranger.post('/api/auth/login/', wrong)
    const right = { ...wrong, password: PASSWORD }
    expect((await stranger.post('/api/auth/login/', right)).status).toBe(429)
    expect((await call('login', right)).status).toBe(200)
    expect((await call('step-up', { password: PASSWORD }, access)).status).toBe(200)

    const { body } = await stranger.get('/api/auth/devices/', access)
    expect(body['devices']).toMatchObject([{ current: true }])
    expect(await page.context().cookies()).toEqual([])
    // What would have been mailed of a new device was so before the lock.
    await mailsWith(dev, email, /locked/)
    const subjects = (await mailsWith(dev, email, /\S/)).map(({ subject }) => subject)
    expect(subjects.filter((subject) => subject.startsWith('New sign-in'))).toEqual([])
  })
})
