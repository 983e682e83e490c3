import { test } from 'vitest'
import security from '../../SECURITY.md?raw'
import operations from '../../docs/operations.md?raw'
import { MAX_KEY_DAYS } from '../../src/api-keys/key-life'
import { newKeyId, newKeyText, readKeyText } from '../../src/api-keys/key-text'
import { findDevice, issueDevice } from '../../src/identity/attempts/device-token'
import { stepOfSealed } from '../../src/identity/factors/find-totp'
import { OLD_DAYS } from '../../src/jobs/remind-secrets'
import { resealSecrets } from '../../src/jobs/reseal-secrets'
import { makePersonalKeys, personalKeys } from '../../src/platform/audit/personal-box'
import type { Keyring } from '../../src/platform/crypto/keyring'
import type { Deps } from '../../src/platform/deps'
import { openMail, sealMail } from '../../src/platform/email/queued-mail'
import { LIFE_MS } from '../../src/platform/email/retry-delay'
import { DEVICE_COOKIE_SECONDS } from '../../src/platform/http/cookies'
import { ACCESS_TOKEN_SECONDS, lifetimes } from '../../src/sessions/lifetimes'
import { sql } from '../audit/support'
import { codeOf, me, signedIn, withTotp } from '../support/acts'
import { startApp } from '../support/app'
import { documented, statementOf } from '../support/documented'
import { rotated } from '../support/keyrings'
import { tryLogin } from '../support/recovery'
import { testDeps } from '../support/test-deps'

const DAY_SECONDS = 86_400

/** How long what an old sealing key has made is good, in days. */
const ages = {
  'device tokens': DEVICE_COOKIE_SECONDS / DAY_SECONDS,
  'API keys': MAX_KEY_DAYS,
  sessions: Math.max(...Object.values(lifetimes).map((life) => life.absoluteSeconds)) / DAY_SECONDS,
  'mails that wait in the queue or the database': LIFE_MS / 1000 / DAY_SECONDS,
}

test('how long an old key stays is what the code says, in both documents', async ({ expect }) => {
  const listed = operations.matchAll(/^\| ([^|]+) \| (\d+) days \| /gm)
  expect(Object.fromEntries([...listed].map(([, what, days]) => [what, Number(days)]))).toEqual(
    ages,
  )
  const longest = Math.max(...Object.values(ages))
  expect(operations).toContain(`**\`SEALING_KEYS\`**: ${longest} days, and until nothing`)
  const [, keys, open, mails] = Object.values(ages)
  expect(security).toContain(`the old one stays for ${longest} days, as device tokens live`)
  expect(security).toContain(`(API keys ${keys} days, sessions ${open}, mails that wait ${mails})`)
  for (const text of [security, operations]) {
    expect(text).toMatch(new RegExp(`(?:older than|from) ${OLD_DAYS} days`))
    expect(text).toMatch(/ten minutes a/)
  }
  const jwks = await startApp().send('GET', '/.well-known/jwks.json')
  const kept = Number(/max-age=(\d+)/.exec(jwks.headers.get('Cache-Control') ?? '')?.[1])
  expect((ACCESS_TOKEN_SECONDS + kept) / 60).toBe(10)
})

/** The service with another ring. */
const withRing =
  (SEALING_KEYS: Keyring) =>
  (deps: Deps): Deps => ({ ...deps, settings: { ...deps.settings, SEALING_KEYS } })

const sealedOf = async (ring: Keyring) => {
  const documentedCount = documented('docs/operations.md', 'FROM totp_authenticators')
  const statement = statementOf(documentedCount).replaceAll('k1.', `${ring.at(-1)?.id}.`)
  return (await sql<{ sealed: number }>(statement))[0]?.sealed
}

test('until an old sealing key is over nothing it made is lost, and after it what the table says', async ({
  expect,
}) => {
  const deps = testDeps()
  const ring = deps.settings.SEALING_KEYS
  const app = startApp()
  const { userId, id, seed } = await withTotp(app)
  const cookie = (await signedIn(app, 'cookie')).sessionCookie
  await makePersonalKeys(deps, [userId])
  const { token } = issueDevice(deps, userId, [])
  const { text } = newKeyText(deps.settings, newKeyId())
  const body = await sealMail(deps, {
    template: 'password_changed',
    to: null,
    userId: null,
    data: { ip: '192.0.2.7', country: null, time: deps.now(), device: null, how: 'reset' },
  })
  await sql(`INSERT INTO waiting_mails VALUES (1, 'x', ?)`, body)

  /** What a ring still takes of all that. */
  const good = async (keys: Keyring) => {
    const now = withRing(keys)(deps)
    const other = startApp(withRing(keys))
    const [row] = await sql<{ box: string }>('SELECT sealed_seed AS box FROM totp_authenticators')
    const app = { userId, id, sealedSeed: row?.box ?? '' }
    return {
      device: findDevice(now, userId, [token]) !== null,
      key: readKeyText(now.settings, text) !== undefined,
      session: (await me(other, { cookie })).status === 200,
      mail: (await openMail(now, body)) !== undefined,
      app: (await stepOfSealed(now, app, codeOf(seed, now.now()))) !== undefined,
      personal: (await personalKeys(now, [userId], () => {})).size === 1,
    }
  }
  const all = { device: true, key: true, session: true, mail: true, app: true, personal: true }
  const none = Object.fromEntries(Object.keys(all).map((name) => [name, false]))
  const both = rotated(ring, 'fresh')
  const alone: Keyring = [both[0]]
  expect(await good(both)).toEqual(all)
  expect(await sealedOf(ring)).toBe(3)
  expect(await good(alone)).toEqual(none)

  await resealSecrets(withRing(both)(deps))
  expect(await sealedOf(ring)).toBe(1)
  await sql('DELETE FROM waiting_mails')
  expect(await sealedOf(ring)).toBe(0)
  expect(await good(alone)).toEqual({ ...none, app: true, personal: true })
  expect(await good(both)).toEqual(all)
})

test('an old pepper is counted out by logins, and who has not signed in needs a reset', async ({
  expect,
}) => {
  const command = documented('docs/operations.md', 'password_hash')
  const peppers = testDeps().settings.PASSWORD_PEPPER
  const statement = statementOf(command).replace('p=k1$', `p=${peppers.at(-1)?.id}$`)
  const left = async () => Object.values((await sql(statement))[0] ?? {})[0]
  const [ada, bob] = [await startApp().hasAccount(), await startApp().hasAccount()]
  const before = Number(await left())
  const both = rotated(peppers, 'fresh')
  const withPeppers = (PASSWORD_PEPPER: Keyring) =>
    startApp((deps) => ({ ...deps, settings: { ...deps.settings, PASSWORD_PEPPER } }))
  expect((await tryLogin(withPeppers(both), ada, ada.password)).status).toBe(200)
  expect(await left()).toBe(before - 1)
  const alone = withPeppers([both[0]])
  expect((await tryLogin(alone, ada, ada.password)).status).toBe(200)
  expect((await tryLogin(alone, bob, bob.password)).status).toBe(401)
})
