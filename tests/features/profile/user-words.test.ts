import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { signedIn } from '../../support/acts'
import { freshAddress, startApp } from '../../support/app'
import { many } from '../../support/many'
import { startMeter } from '../../support/meter'
import { rowsOf } from '../../support/rows-of'

type App = ReturnType<typeof startApp>

const rename = (app: App, token: string, json: Record<string, unknown>) =>
  app.send('PUT', '/api/users/update/', { json, token, ip: freshAddress() })

const wordsOf = async (userId: string) =>
  (await rowsOf(userId)).get('user_words')?.map(({ word }) => word)

test('an account is found by the words of its name, and no longer by those of one before', async ({
  expect,
}) => {
  const app = startApp()
  const { userId, accessToken } = await signedIn(app)
  const called = async (name: string | null) => {
    expect((await rename(app, accessToken, { display_name: name })).status).toBe(200)
    return wordsOf(userId)
  }
  expect(await called('Ada King')).toEqual(['ada', 'king'])
  expect(await called('Ada Lovelace')).toEqual(['ada', 'lovelace'])
  expect(await called('A b c d e f g h i')).toEqual('abcdefgh'.split(''))
  expect(await called(null)).toEqual([])
  await called('Ada King')
  await rename(app, accessToken, { locale: 'de' })
  expect(await wordsOf(userId)).toEqual(['ada', 'king'])
})

test('a change that is refused leaves the words with the name', async ({ expect }) => {
  const app = startApp()
  const { userId, accessToken } = await signedIn(app)
  const { username } = await app.hasAccount()
  await rename(app, accessToken, { display_name: 'Ada King' })
  const refused = await rename(app, accessToken, { username, display_name: 'Eve' })
  expect(refused.body.code).toBe('username_taken')
  expect(await wordsOf(userId)).toEqual(['ada', 'king'])
})

test('words go with their name, whoever takes it away', async ({ expect }) => {
  const app = startApp()
  const { userId, accessToken } = await signedIn(app)
  await rename(app, accessToken, { display_name: 'Ada King' })
  const setName = (name: string | null) =>
    env.DB.prepare('UPDATE users SET display_name = ? WHERE id = ?').bind(name, userId).run()
  await setName('Ada King')
  expect(await wordsOf(userId)).toEqual(['ada', 'king'])
  await setName(null)
  expect(await wordsOf(userId)).toEqual([])
})

test('of parallel changes the words of the name that stands are left', async ({ expect }) => {
  const app = startApp()
  const { userId, accessToken } = await signedIn(app)
  await Promise.all(
    Array.from({ length: many(20) }, (_, at) =>
      rename(app, accessToken, { display_name: `Ada ${at % 3}` }),
    ),
  )
  const name = (await rowsOf(userId)).get('users')?.[0]?.['display_name']
  expect((await wordsOf(userId))?.toSorted().toReversed().join(' ')).toBe(
    String(name).toLowerCase(),
  )
})

test('a name costs two rows written a word, and no round trip', async ({ expect }) => {
  const { meter, read } = startMeter()
  const app = startApp(meter)
  const { accessToken } = await signedIn(app)
  const cost = async (json: Record<string, unknown>) => {
    read()
    await rename(app, accessToken, json)
    return read()
  }
  const locale = await cost({ locale: 'de' })
  const name = await cost({ display_name: 'Ada King Noel' })
  expect(name.d1RoundTrips).toBe(locale.d1RoundTrips)
  expect(name.rowsWritten - locale.rowsWritten).toBe(2 * 3)
})
