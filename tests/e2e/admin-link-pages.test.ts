import { describe, test } from 'vitest'
import { acceptInvitationPage } from '../../src/features/pages/accept-invitation-page'
import { keepAdminPage } from '../../src/features/pages/keep-admin-page'
import { stopActPage } from '../../src/features/pages/stop-act-page'
import { stopInvitationPage } from '../../src/features/pages/stop-invitation-page'
import { noChromium } from '../support/e2e/chromium.ts'
import { anHourLater, focused, onPage, ORIGIN, type Reply, seen } from '../support/e2e/on-page.ts'

const TOKEN = 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE'
const PASSWORD = 'seven purple lanterns drift'
const ACCEPT = '/api/users/accept-invitation/'

const invitation = (role: string): Reply => ({
  status: 200,
  json: { email: 'ada@example.com', role },
})
const onInvitation = (hash: string, replies: Reply[], act: Parameters<typeof onPage>[3]) =>
  onPage({ path: '/accept-invitation', page: acceptInvitationPage(15) }, hash, replies, act)

describe.skipIf(noChromium)('in a browser', () => {
  test('an invitation is checked, and accepted with a password that is good', async ({
    expect,
  }) => {
    const weak = {
      status: 400,
      json: { code: 'password_rejected', errors: [{ detail: 'is too short' }] },
    }
    const replies: Reply[] = [
      invitation('admin'),
      weak,
      'no network',
      { status: 200, json: { status: 'accepted' } },
    ]
    await onInvitation(`#token=${TOKEN}`, replies, async (page, calls) => {
      const press = () => page.getByRole('button', { name: 'Accept the invitation' }).click()
      const password = page.getByLabel('Password', { exact: true })
      await seen(page, 'the admin account')
      expect(page.url()).toBe(`${ORIGIN}/accept-invitation`)
      expect(await page.getByLabel('Account').inputValue()).toBe('ada@example.com')
      await anHourLater(page)
      expect(calls.map(({ path }) => path)).toEqual([`${ACCEPT}check/`])
      await press()
      await seen(page, 'Choose a password.')
      expect(await focused(page)).toBe('password')
      await password.fill('short')
      await seen(page, '10 more characters.')
      await press()
      await seen(page, 'It is too short.')
      await password.fill(PASSWORD)
      await page.getByRole('button', { name: 'Show password' }).click()
      expect(await password.getAttribute('type')).toBe('text')
      await press()
      await seen(page, 'could not be reached')
      await press()
      await seen(page, 'Add an authenticator app first of all')
      expect(await focused(page)).toBe('The account is yours')
      expect(calls.at(-1)).toMatchObject({
        path: ACCEPT,
        json: { token: TOKEN, password: PASSWORD },
      })
    })
  })

  test('an invitation that is spent, or whose token is missing, says what to do', async ({
    expect,
  }) => {
    const spent: Reply[] = [{ status: 400, json: { code: 'invalid_token' } }]
    await onInvitation(`#token=${TOKEN}`, spent, async (page) => {
      await seen(page, 'This link does not work any more')
    })
    await onInvitation('', [], async (page, calls) => {
      await seen(page, 'Open the link from your mail again')
      expect(calls).toEqual([])
    })
  })

  test('the removal of factors is stopped by a button, not by opening the page', async ({
    expect,
  }) => {
    const content = { path: '/stop-act', page: stopActPage }
    const replies: Reply[] = [{ status: 200, json: { status: 'stopped' } }]
    await onPage(content, `#token=${TOKEN}`, replies, async (page, calls) => {
      await anHourLater(page)
      expect(calls).toEqual([])
      await page.getByRole('button', { name: 'Stop the removal' }).click()
      await seen(page, 'Nothing is removed')
      expect(calls).toMatchObject([{ path: '/api/auth/stop-act/', json: { token: TOKEN } }])
    })
  })

  test('an admin account is kept by a button, not by opening the page', async ({ expect }) => {
    const content = { path: '/keep-admin', page: keepAdminPage }
    const replies: Reply[] = [{ status: 200, json: { status: 'stopped' } }]
    await onPage(content, `#token=${TOKEN}`, replies, async (page, calls) => {
      await anHourLater(page)
      expect(calls).toEqual([])
      await page.getByRole('button', { name: 'Keep the admin account' }).click()
      await seen(page, 'Your account stays as it is')
      expect(calls).toMatchObject([{ path: '/api/auth/stop-act/', json: { token: TOKEN } }])
    })
  })

  test('so is the invitation of an admin; who comes too late reads why', async ({ expect }) => {
    const content = { path: '/stop-invitation', page: stopInvitationPage }
    const replies: Reply[] = [
      { status: 200, json: { status: 'stopped' } },
      { status: 400, json: { code: 'invalid_token' } },
    ]
    for (const text of ['Nobody is invited', 'has been stopped already']) {
      const reply = replies.shift()
      await onPage(content, `#token=${TOKEN}`, reply ? [reply] : [], async (page, calls) => {
        await anHourLater(page)
        expect(calls).toEqual([])
        await page.getByRole('button', { name: 'Stop the invitation' }).click()
        await seen(page, text)
        expect(calls).toMatchObject([{ path: '/api/auth/stop-act/', json: { token: TOKEN } }])
      })
    }
  })
})
