import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { me, signedIn, wrongCodes } from '../../support/acts'
import { type Account, nextCode, startApp } from '../../support/app'
import { mailsTo } from '../../support/mailbox'
import { eventsOf } from '../../support/rows-of'

type App = ReturnType<typeof startApp>

const FORGOTTEN = 'All your browsers were forgotten'
const NEW_DEVICE = 'New sign-in to your account'
const NEW_COUNTRY = 'Sign-in from a new country'
const WRONG_CODE = 'Right password, wrong code'

/** An app whose callers are in a country of the test's choice. */
function startAppAbroad() {
  let country: string | null = 'NL'
  const app = startApp((deps) => ({ ...deps, caller: { ...deps.caller, country } }))
  return { app, moveTo: (next: string | null) => (country = next) }
}

const isCode = ({ subject }: { subject: string }) => subject === 'Your sign-in code'

/** Subjects of all mails to an account but codes. */
const warnings = async ({ email }: Account): Promise<string[]> =>
  (await mailsTo(email)).filter((mail) => !isCode(mail)).map((mail) => mail.subject)

/** As many wrong codes for a new login as `times`, from the browser of a cookie. */
async function failCodes(app: App, account: Account, times: number, cookie?: string) {
  const challenge = await app.startLogin(account, {}, { cookie })
  for (const code of wrongCodes(await nextCode(account), times)) {
    await app.post('/api/auth/verify-2fa/', { challenge, method: 'email', code }, { cookie })
  }
}

describe('the owner is told', () => {
  test('of a login from a new browser, but not of the first one ever', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const { deviceCookie: cookie } = await app.signIn(ada)
    await app.signIn(ada, {}, { cookie })
    expect(await warnings(ada)).toEqual([])
    await app.signIn(ada)
    expect(await warnings(ada)).toEqual([NEW_DEVICE])
  })

  test('when all browsers were forgotten, and of the next login', async ({ expect }) => {
    const app = startApp()
    const { account, accessToken: token, deviceCookie: cookie } = await signedIn(app)
    await app.send('DELETE', '/api/auth/devices/', { token })
    await app.signIn(account, {}, { cookie })
    expect(await warnings(account)).toEqual([FORGOTTEN, NEW_DEVICE])
  })

  test('of a known browser in a new country, once, and of a new browser there as that alone', async ({
    expect,
  }) => {
    const { app, moveTo } = startAppAbroad()
    const ada = await app.hasAccount()
    const { deviceCookie: cookie } = await app.signIn(ada)
    const at = async (country: string | null, options: { cookie?: string | undefined }) => {
      moveTo(country)
      await app.signIn(ada, {}, options)
      return warnings(ada)
    }
    expect(await at('BR', { cookie })).toEqual([NEW_COUNTRY])
    expect(await at('BR', { cookie })).toEqual([NEW_COUNTRY])
    expect(await at('NL', { cookie })).toEqual([NEW_COUNTRY])
    // What the edge does not know is no country.
    expect(await at('XX', { cookie })).toEqual([NEW_COUNTRY])
    expect(await at(null, { cookie })).toEqual([NEW_COUNTRY])
    expect(await at('JP', {})).toEqual([NEW_COUNTRY, NEW_DEVICE])
    // A country that another browser of the account has been in is not new.
    expect(await at('JP', { cookie })).toEqual([NEW_COUNTRY, NEW_DEVICE])
  })

  test.for([true, false])(
    'of each third wrong code in a row, however they are spread over logins (known browser: %s)',
    async (isKnown, { expect }) => {
      const app = startApp()
      const ada = await app.hasAccount()
      const { deviceCookie } = await app.signIn(ada)
      const cookie = isKnown ? deviceCookie : undefined
      await failCodes(app, ada, 2, cookie)
      expect(await warnings(ada)).toEqual([])
      await failCodes(app, ada, 1, cookie)
      expect(await warnings(ada)).toEqual([WRONG_CODE])
      await failCodes(app, ada, 2, cookie)
      expect(await warnings(ada)).toEqual([WRONG_CODE])
      await failCodes(app, ada, 4, cookie)
      expect(await warnings(ada)).toEqual([WRONG_CODE, WRONG_CODE, WRONG_CODE])
    },
  )

  test('of nothing where a right code follows the second wrong one', async ({ expect }) => {
    const app = startApp()
    const ada = await app.hasAccount()
    const { deviceCookie: cookie } = await app.signIn(ada)
    for (let login = 0; login < 2; login++) {
      await failCodes(app, ada, 2, cookie)
      await app.signIn(ada, {}, { cookie })
    }
    expect(await warnings(ada)).toEqual([])
  })
})

test('the 21st session ends the one unused for longest, with an event', async ({ expect }) => {
  const app = startApp()
  const { account, accessToken: token, sessionId } = await signedIn(app)
  // Eighteen more, each used a minute later than the one before.
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 18)
     INSERT INTO sessions SELECT user_id, id || i, transport, secret_hash, previous_hash,
       rotation_salt, rotated_at, first_factor, second_factor, auth_time, created_at,
       last_used_at + i * 60000, expires_at, ip, country, user_agent, stepped_up_at, device_hash,
       epoch
     FROM sessions, n WHERE id = ?`,
  )
    .bind(sessionId)
    .run()
  const surplus = async () =>
    (await eventsOf(account.email)).filter(({ event }) => event === 'sessions_ended')
  app.advance(1200)
  await app.signIn(account)
  expect(await surplus()).toEqual([])
  const { accessToken } = await app.signIn(account)
  expect(await surplus()).toEqual([{ event: 'sessions_ended', data: '{"reason":"too many"}' }])
  expect((await me(app, { token })).status).toBe(401)
  const { body } = await app.send('GET', '/api/auth/sessions/', { token: accessToken })
  expect(body['sessions']).toHaveLength(20)
})
