import { Hono } from 'hono'
import type { Page as BrowserPage, Request } from 'playwright-core'
import type { AppEnv } from '../../../src/context'
import { securityHeaders } from '../../../src/http/security-headers'
import { type Page, servePage } from '../../../src/pages/page'
import { inBrowser } from './chromium.ts'

export const ORIGIN = 'http://auth.phantom.test'

export type Reply =
  | { status: number; json?: unknown; headers?: Record<string, string> }
  | 'no network'
export type Call = { path: string; json: unknown; address: string }

/**
 * Opens a page in a browser, as we serve it, with its files and its headers; the API answers what the
 * test has planned. An error of its script fails the test.
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

export const seen = (page: BrowserPage, text: string) => page.getByText(text).first().waitFor()

/** The id of what has the focus, or its text where it has none. */
export const focused = (page: BrowserPage) =>
  page.evaluate<string>('document.activeElement.id || document.activeElement.textContent')
