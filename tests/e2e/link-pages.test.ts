import { existsSync, readFileSync } from 'node:fs'
import { Hono } from 'hono'
import type { Page as BrowserPage } from 'playwright-core'
import { describe, test } from 'vitest'
import { adminLinkRoutes } from '../../src/pages/admin-link-routes'
import { confirmEmailPage, notMePage } from '../../src/pages/change-email-pages'
import { confirmNotificationsPage } from '../../src/pages/confirm-notifications-page'
import { keepAccountPage } from '../../src/pages/keep-account-page'
import { linkPageRoutes } from '../../src/pages/link-page-routes'
import type { AppEnv } from '../../src/platform/deps'
import { noChromium } from '../support/e2e/chromium.ts'
import { anHourLater, focused, onPage, ORIGIN, type Reply, seen } from '../support/e2e/on-page.ts'

const TOKEN = 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE'

const pages = [
  {
    path: '/confirm-email',
    page: confirmEmailPage,
    api: '/api/users/change-email/confirm/',
    button: 'Confirm new address',
    done: 'Your new address is confirmed',
    answer: { status: 'email_changed' },
  },
  {
    path: '/not-me',
    page: notMePage,
    api: '/api/auth/not-me/',
    button: 'This was not me',
    done: 'Your account is frozen',
    answer: { status: 'frozen' },
  },
  {
    path: '/not-me',
    page: notMePage,
    api: '/api/auth/not-me/',
    button: 'This was not me',
    done: 'Your account is disabled',
    answer: { status: 'disabled' },
  },
  {
    path: '/confirm-notifications',
    page: confirmNotificationsPage,
    api: '/api/users/notification-email/confirm/',
    button: 'Receive notices here',
    done: 'Notices come here from now on',
    answer: { status: 'confirmed' },
  },
  {
    path: '/keep-account',
    page: keepAccountPage,
    api: '/api/users/keep-account/',
    button: 'Keep my account',
    done: 'Your account stays',
    answer: { status: 'kept' },
  },
] as const

const act = (page: BrowserPage, name: string) => page.getByRole('button', { name }).click()

async function reopen(page: BrowserPage, path: string) {
  await page.goto('about:blank')
  await page.goto(`${ORIGIN}${path}`)
}

describe.skipIf(noChromium)('in a browser', () => {
  test.for(pages)(
    '$path posts its token when the button is pressed, and says what came of it: $done',
    async ({ path, page: content, api, button, done, answer }, { expect }) => {
      const replies: Reply[] = [
        { status: 400, json: { code: 'invalid_token' } },
        'no network',
        { status: 200, json: answer },
      ]
      await onPage({ path, page: content }, '', replies, async (page, calls) => {
        await seen(page, 'Open the link from your mail again')
        expect(await page.getByRole('button').count()).toBe(0)
        await reopen(page, `${path}#token=spent`)
        await act(page, button)
        await seen(page, 'This link does not work any more')
        expect(await focused(page)).toBe('This link does not work any more')

        await reopen(page, `${path}#token=${TOKEN}`)
        expect(page.url()).toBe(`${ORIGIN}${path}`)
        await anHourLater(page)
        expect(calls).toHaveLength(1)
        await act(page, button)
        await seen(page, 'could not be reached')
        await act(page, 'Try again')
        await seen(page, done)
        expect(await focused(page)).toBe(done)
        expect(await page.getByRole('heading', { level: 1 }).allTextContents()).toEqual([done])
        const call = { path: api, json: { token: TOKEN }, address: `${ORIGIN}${path}` }
        expect(calls.slice(1)).toEqual([call, call])
        expect(await page.content()).not.toContain(TOKEN)
        const resets = await page.getByRole('link', { name: 'Reset the password' }).count()
        expect(resets).toBe(done === 'Your account is frozen' ? 1 : 0)
      })
    },
  )

  test('no answer can choose a view that is not meant for answers', async ({ expect }) => {
    const answers = ['ready', '"]', 'expired missing', 7, null]
    const replies: Reply[] = answers.map((status) => ({ status: 200, json: { status } }))
    await onPage({ path: '/not-me', page: notMePage }, '', replies, async (page, calls) => {
      for (const _ of answers) {
        await reopen(page, `/not-me#token=${TOKEN}`)
        await act(page, 'This was not me')
        await seen(page, 'Your account is frozen')
      }
      expect(calls).toHaveLength(answers.length)
    })
  })
})

test('every mailed link has its page, and every page its files', async ({ expect }) => {
  const source = readFileSync('src/identity/accounts/mailed-link.ts', 'utf8')
  const linked = [...source.matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(([, name = '']) => `/${name}`)
  const router = new Hono<AppEnv>().route('/', linkPageRoutes).route('/', adminLinkRoutes)
  // These are forms besides, with tests of their own.
  const isForm = (path: string) => ['/reset-password', '/accept-invitation'].includes(path)
  const served = new Set(router.routes.map(({ path }) => path).filter((path) => !isForm(path)))
  expect(new Set(linked.filter((path) => !isForm(path)))).toEqual(served)
  for (const path of served) {
    const text = await (await router.request(path)).text()
    const files = [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file)
    expect(files.length).toBeGreaterThan(3)
    expect(files.filter((file = '') => !existsSync(`public/${file}`))).toEqual([])
  }
})
