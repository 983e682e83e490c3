import { Hono } from 'hono'
import type { Page as BrowserPage, Request } from 'playwright-core'
import type { AppEnv } from '../../../src/platform/deps'
import { type Page, servePage } from '../../../src/platform/http/page'
import { securityHeaders } from '../../../src/platform/http/security-headers'
import { inBrowser } from './chromium.ts'

export const ORIGIN = 'http://auth.phantom.test'
/** Answered by nobody, and no call of a page. */
const MARKER = '/marker'
const HOUR_MS = 3_600_000

export type Reply =
  | { status: number; json?: unknown; headers?: Record<string, string> }
  | 'no network'
export type Call = { path: string; json: unknown; address: string }

/**
 * Opens a page in a browser, as we serve it, with its files and its headers; the API answers what
 * the test has planned. An error of its script fails the test.
 */
export async function onPage(
  { path, page: served }: { path: string; page: Page },
  hash: string,
  replies: Reply[],
  act: (page: BrowserPage, calls: Call[], requests: Request[]) => Promise<void>,
) {
  const server = new Hono<AppEnv>().use(securityHeaders).get(path, (c) => servePage(c, served))
  await inBrowser(async (page) => {
    const calls: Call[] = []
    const requests: Request[] = []
    const errors: string[] = []
    // Its time passes as ever, until `anHourLater` hurries it.
    await page.clock.install()
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('request', (request) => requests.push(request))
    await page.route('**/*', async (route) => {
      const request = route.request()
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/api/')) {
        calls.push({ path: pathname, json: request.postDataJSON(), address: page.url() })
        const reply = replies.shift() ?? { status: 500 }
        return reply === 'no network' ? route.abort() : route.fulfill({ json: {}, ...reply })
      }
      if (pathname === MARKER) return route.fulfill({ status: 204 })
      if (pathname.startsWith('/assets/')) return route.fulfill({ path: `public${pathname}` })
      const answer = await server.request(pathname)
      const headers = Object.fromEntries(answer.headers)
      return route.fulfill({ status: answer.status, headers, body: await answer.text() })
    })
    await page.goto(`${ORIGIN}${path}${hash}`)
    await act(page, calls, requests)
    if (errors.length > 0) throw new Error(errors.join())
  })
}

/**
 * Lets an hour pass on a page at once, so that what it wants to do by itself is done. Its calls are
 * all known then: a request of ours comes after them.
 */
export async function anHourLater(page: BrowserPage) {
  await page.clock.runFor(HOUR_MS)
  await page.evaluate(`fetch('${MARKER}')`)
}

export const seen = (page: BrowserPage, text: string) => page.getByText(text).first().waitFor()

/** The id of what has the focus, or its text where it has none. */
export const focused = (page: BrowserPage) =>
  page.evaluate<string>('document.activeElement.id || document.activeElement.textContent')
