import type { Page } from 'playwright-core'
import { describe, test } from 'vitest'
import { resetPasswordPage } from '../../src/features/pages/reset-password-page'
import { noChromium } from '../support/e2e/chromium.ts'
import { focused, onPage, ORIGIN, type Reply, seen } from '../support/e2e/on-page.ts'

const ADDRESS = `${ORIGIN}/reset-password`
const TOKEN = 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE'
const PASSWORD = 'seven purple lanterns drift'

const good: Reply = {
  status: 200,
  json: { email: 'ada@example.com', second_factor_required: false, methods: [] },
}
const withApp: Reply = {
  status: 200,
  json: {
    email: 'ada@example.com',
    second_factor_required: true,
    methods: ['totp', 'backup_code'],
  },
}
const refused = (status: number, code: string, errors?: unknown): Reply => ({
  status,
  json: { code, errors },
})

const onReset = (hash: string, replies: Reply[], act: Parameters<typeof onPage>[3]) =>
  onPage({ path: '/reset-password', page: resetPasswordPage(15) }, hash, replies, act)

const set = (page: Page) => page.getByRole('button', { name: 'Set the new password' }).click()
const password = (page: Page) => page.getByLabel('New password')

describe.skipIf(noChromium)('in a browser', () => {
  test('E-056: the token leaves the address first, and goes to our own API alone', async ({
    expect,
  }) => {
    await onReset(`#token=${TOKEN}`, [good, { status: 204 }], async (page, calls, requests) => {
      await seen(page, 'Set the new password')
      expect(page.url()).toBe(ADDRESS)
      const address = ADDRESS
      const json = { token: TOKEN }
      expect(calls).toEqual([{ path: '/api/auth/reset-password/check/', json, address }])
      await password(page).fill(PASSWORD)
      await set(page)
      await seen(page, 'Your password is changed')
      expect(calls[1]).toMatchObject({
        path: '/api/auth/reset-password/confirm/',
        json: { token: TOKEN, password: PASSWORD },
      })
      expect(requests.length).toBeGreaterThan(5)
      for (const request of requests) {
        expect(new URL(request.url()).origin).toBe(ORIGIN)
        expect(request.headers()['referer']).toBeUndefined()
      }
      // Elsewhere and back: the history holds no token.
      await page.goto('about:blank')
      await page.goBack()
      await seen(page, 'Forgot your password?')
      expect(page.url()).toBe(ADDRESS)
      expect(calls).toHaveLength(2)
    })
  })

  test('is what a password manager looks for, and a screen reader is led through it', async ({
    expect,
  }) => {
    await onReset(`#token=${TOKEN}`, [good, { status: 204 }], async (page) => {
      await seen(page, 'Set the new password')
      expect(await focused(page)).toBe('Set a new password')
      const name = page.getByLabel('Account')
      expect(await name.inputValue()).toBe('ada@example.com')
      expect(await name.getAttribute('autocomplete')).toBe('username')
      const input = password(page)
      expect(await input.getAttribute('autocomplete')).toBe('new-password')
      expect(await input.getAttribute('minlength')).toBe('15')
      await input.evaluate(`(field, text) => {
        const data = new DataTransfer()
        data.setData('text', text)
        if (!field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true })))
          throw new Error('pasting is blocked')
      }`)
      for (const [typed, advice] of [
        ['1234567890', '5 more characters.'],
        ['e\u0301'.repeat(14), '1 more character.'],
        [PASSWORD, 'Long enough.'],
      ] as const) {
        await input.fill(typed)
        await seen(page, advice)
      }
      await page.getByRole('button', { name: 'Show password' }).click()
      expect(await input.getAttribute('type')).toBe('text')
      await page.getByRole('button', { name: 'Hide password' }).click()
      expect(await input.getAttribute('type')).toBe('password')
      await input.press('Enter')
      await seen(page, 'Your password is changed')
      expect(await focused(page)).toBe('Your password is changed')
      expect(await input.inputValue()).toBe('')
    })
  })

  test('says at the field what is wrong, in the words of the service, and keeps the link', async ({
    expect,
  }) => {
    const errors = [{ pointer: '#/password', code: 'breached', detail: 'has appeared in a leak' }]
    const replies: Reply[] = [good, refused(400, 'password_rejected', errors), { status: 204 }]
    await onReset(`#token=${TOKEN}`, replies, async (page, calls) => {
      await seen(page, 'Set the new password')
      await set(page)
      await seen(page, 'Choose a password.')
      expect(calls).toHaveLength(1)
      await password(page).fill('correct horse battery')
      await set(page)
      await seen(page, 'It has appeared in a leak.')
      expect(await password(page).getAttribute('aria-invalid')).toBe('true')
      expect(await focused(page)).toBe('password')
      expect(await page.getByRole('status').textContent()).toBe('It has appeared in a leak.')
      await password(page).fill(PASSWORD)
      expect(await password(page).getAttribute('aria-invalid')).toBe('false')
      await set(page)
      await seen(page, 'Your password is changed')
    })
  })

  test('asks for the code of the app, or a backup code', async ({ expect }) => {
    const replies: Reply[] = [
      withApp,
      refused(401, 'invalid_code'),
      refused(403, 'authenticator_stopped'),
      { status: 204 },
    ]
    await onReset(`#token=${TOKEN}`, replies, async (page, calls) => {
      const code = page.getByLabel('Code of your authenticator app')
      await code.waitFor()
      expect(await code.getAttribute('inputmode')).toBe('numeric')
      expect(await code.getAttribute('autocomplete')).toBe('one-time-code')
      await password(page).fill(PASSWORD)
      await set(page)
      expect(calls).toHaveLength(1)
      expect(await focused(page)).toBe('code')
      await code.fill('123 456')
      await set(page)
      await seen(page, 'Wait for the next one')
      expect(calls[1]?.json).toMatchObject({ second_factor: { method: 'totp', code: '123456' } })
      await set(page)
      await seen(page, 'Use a backup code instead.')
      await page.getByRole('button', { name: 'Use a backup code instead' }).click()
      const backup = page.getByLabel('Backup code', { exact: true })
      expect(await focused(page)).toBe('code')
      expect(await backup.inputValue()).toBe('')
      await backup.fill(' 0A1B-2C3D-4E5F-6G7H-8J9K-0M1N ')
      await backup.press('Enter')
      await seen(page, 'Your password is changed')
      expect(calls[3]?.json).toMatchObject({
        password: PASSWORD,
        second_factor: { method: 'backup_code', code: '0A1B-2C3D-4E5F-6G7H-8J9K-0M1N' },
      })
    })
  })

  test('keeps all that was typed when no answer comes', async ({ expect }) => {
    const busy: Reply = { status: 429, headers: { 'Retry-After': '130' } }
    const replies: Reply[] = [
      'no network',
      good,
      'no network',
      busy,
      { status: 503 },
      { status: 204 },
    ]
    await onReset(`#token=${TOKEN}`, replies, async (page) => {
      await seen(page, 'could not be reached')
      expect(await focused(page)).toBe('That did not work')
      await page.getByRole('button', { name: 'Try again' }).click()
      await seen(page, 'Set the new password')
      await password(page).fill(PASSWORD)
      for (const words of ['could not be reached', 'Wait 3 minutes', 'The service has a problem']) {
        await set(page)
        await page.locator('[data-text="problem"]', { hasText: words }).waitFor()
        expect(await password(page).inputValue()).toBe(PASSWORD)
      }
      await set(page)
      await seen(page, 'Your password is changed')
    })
  })

  test('offers a new link when the old one is spent, at once or meanwhile, and says the same to all', async ({
    expect,
  }) => {
    const spent = refused(400, 'invalid_token')
    await onReset(`#token=${TOKEN}`, [good, spent, { status: 202 }, spent], async (page, calls) => {
      await password(page).fill(PASSWORD)
      await set(page)
      await seen(page, 'This link does not work any more')
      expect(await focused(page)).toBe('This link does not work any more')
      await page.getByLabel('Your e-mail address').fill(' ada@example.com ')
      await page.getByRole('button', { name: 'Send a link' }).click()
      await seen(page, 'If there is an account under this address')
      expect(calls[2]).toMatchObject({
        path: '/api/auth/reset-password/',
        json: { email: 'ada@example.com' },
      })
      // Another link, pasted over the page.
      await page.evaluate(`location.hash = 'token=${TOKEN.toLowerCase()}'`)
      await page.waitForURL(ADDRESS)
      await seen(page, 'This link does not work any more')
      expect(calls[3]?.json).toEqual({ token: TOKEN.toLowerCase() })
    })
  })

  test('is where to ask for a link, without one', async ({ expect }) => {
    await onReset('', [refused(400, 'invalid_request'), { status: 202 }], async (page, calls) => {
      await seen(page, 'Forgot your password?')
      expect(calls).toEqual([])
      const input = page.getByLabel('Your e-mail address')
      await input.fill('ada')
      await input.press('Enter')
      await seen(page, 'This is not an e-mail address we can use')
      expect(await input.getAttribute('aria-invalid')).toBe('true')
      await input.fill('ada@example.com')
      await input.press('Enter')
      await seen(page, 'a link is on its way')
    })
  })
})
