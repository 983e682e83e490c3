import { existsSync, readFileSync } from 'node:fs'
import { Hono } from 'hono'
import type { Page } from 'playwright-core'
import { describe, test } from 'vitest'
import { verifyEmailPage } from '../../src/pages/verify-email-page'
import type { AppEnv } from '../../src/platform/deps'
import { servePage } from '../../src/platform/http/page'
import { inBrowser, noChromium } from '../support/e2e/chromium.ts'
import { anHourLater, focused, onPage, ORIGIN, type Reply, seen } from '../support/e2e/on-page.ts'

const TOKEN = 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE'

const server = new Hono<AppEnv>().get('/verify-email', (c) => servePage(c, verifyEmailPage))
const onVerify = (hash: string, replies: Reply[], act: Parameters<typeof onPage>[3]) =>
  onPage({ path: '/verify-email', page: verifyEmailPage }, hash, replies, act)

const confirm = (page: Page) => page.getByRole('button', { name: 'Confirm my address' }).click()

describe.skipIf(noChromium)('in a browser', () => {
  test('posts nothing until the button is pressed, and then the token from a clean address', async ({
    expect,
  }) => {
    await onVerify(`#token=${TOKEN}`, [{ status: 200 }], async (page, calls) => {
      expect(page.url()).toBe(`${ORIGIN}/verify-email`)
      await anHourLater(page)
      expect(calls).toEqual([])
      await confirm(page)
      await seen(page, 'Your address is confirmed')
      expect(await focused(page)).toBe('Your address is confirmed')
      const address = `${ORIGIN}/verify-email`
      expect(calls).toEqual([{ path: '/api/auth/verify-email/', json: { token: TOKEN }, address }])
      expect(await page.content()).not.toContain(TOKEN)
    })
  })

  test('says where the username has gone to somebody else', async ({ expect }) => {
    const json = { status: 'verified', username_taken: true }
    await onVerify(`#token=${TOKEN}`, [{ status: 200, json }], async (page) => {
      await confirm(page)
      await seen(page, 'your account has none yet')
      expect(await focused(page)).toBe('Your address is confirmed')
    })
    const free = { status: 'verified', username_taken: false }
    await onVerify(`#token=${TOKEN}`, [{ status: 200, json: free }], async (page) => {
      await confirm(page)
      await seen(page, 'You can sign in now. This page has done its work')
    })
  })

  test('offers a new link when the old one is spent, and says the same to everyone', async ({
    expect,
  }) => {
    await onVerify(`#token=${TOKEN}`, [{ status: 400 }, { status: 202 }], async (page, calls) => {
      await confirm(page)
      await seen(page, 'This link does not work any more')
      await page.getByLabel('Your e-mail address').fill(' ada@example.com ')
      await page.getByRole('button', { name: 'Send a new link' }).click()
      await seen(page, 'If this address waits for confirmation')
      expect(calls[1]).toMatchObject({
        path: '/api/auth/verify-email/resend/',
        json: { email: 'ada@example.com' },
      })
    })
  })

  test('marks an address that is refused and goes back to it', async ({ expect }) => {
    await onVerify('', [{ status: 400 }, { status: 202 }], async (page) => {
      const input = page.getByLabel('Your e-mail address')
      await input.fill('ada')
      await page.keyboard.press('Enter')
      await seen(page, 'This is not an e-mail address we can use')
      expect(await input.getAttribute('aria-invalid')).toBe('true')
      expect(await page.evaluate('document.activeElement.id')).toBe('email')
      await input.fill('ada@example.com')
      await page.keyboard.press('Enter')
      await seen(page, 'a new link is on its way')
      expect(await input.getAttribute('aria-invalid')).toBe('false')
    })
  })

  test('keeps the token when no answer comes, and tries again', async ({ expect }) => {
    const replies: Reply[] = [
      'no network',
      { status: 503 },
      { status: 429, headers: { 'Retry-After': '130' } },
      { status: 200 },
    ]
    await onVerify(`#token=${TOKEN}`, replies, async (page, calls) => {
      await confirm(page)
      const retry = page.getByRole('button', { name: 'Try again' })
      await seen(page, 'could not be reached')
      await retry.click()
      await seen(page, 'The service has a problem')
      await retry.click()
      await seen(page, 'Wait 3 minutes')
      await retry.click()
      await seen(page, 'Your address is confirmed')
      expect(calls.map(({ json }) => json)).toEqual(Array(4).fill({ token: TOKEN }))
    })
  })

  test('explains a link without a token, and asks nothing of the service', async ({ expect }) => {
    await onVerify('', [], async (page, calls) => {
      for (const hash of ['', '#', '#token=', '#tok=x']) {
        await page.goto('about:blank')
        await page.goto(`${ORIGIN}/verify-email${hash}`)
        await seen(page, 'Open the link from your mail again')
        expect(await page.getByRole('button', { name: 'Confirm my address' }).isVisible()).toBe(
          false,
        )
      }
      expect(calls).toEqual([])
    })
  })

  test('sends a hostile fragment as text, and shows it nowhere', async ({ expect }) => {
    const hostile = '<img src=x onerror=alert(1)>'
    await onVerify(
      `#token=${encodeURIComponent(hostile)}`,
      [{ status: 400 }],
      async (page, calls) => {
        await confirm(page)
        await seen(page, 'This link does not work any more')
        expect(calls[0]?.json).toEqual({ token: hostile })
        expect(await page.content()).not.toContain('onerror')
      },
    )
  })

  test('says what to do where scripts are off', async ({ expect }) => {
    const act = async (page: Page) => {
      await page.setContent(await (await server.request('/verify-email')).text())
      expect(await page.getByRole('heading').allTextContents()).toEqual([
        'This page needs JavaScript',
      ])
    }
    await inBrowser(act, { javaScriptEnabled: false })
  })
})

test('loads no file that is not there', async ({ expect }) => {
  const text = await (await server.request('/verify-email')).text()
  const files = [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file = '']) => file)
  expect(files.length).toBeGreaterThan(3)
  expect(files.filter((file) => !existsSync(`public/${file}`))).toEqual([])
  expect(readFileSync('public/assets/verify-email.js', 'utf8')).not.toMatch(
    /innerHTML|insertAdjacent|eval/,
  )
})
