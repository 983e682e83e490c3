import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'vitest'

/** The floors of src/, from the top. Files that stand in src/ itself are the roof. */
const FLOORS = ['roof', 'features', 'identity', 'platform']

/**
 * What a room takes from rooms of its own floor (decision 035); from lower floors it may take all.
 */
const ARROWS: Readonly<Record<string, string>> = {
  // The weekly report shows the signed head of the log.
  'features/monitor': 'features/audit-log',
  // One route takes sign-ups and, of an admin, invitations.
  'features/registration': 'features/invitations',
  'features/support': 'features/admin',
  'identity/accounts': 'identity/factors',
  'identity/approvals': 'identity/accounts identity/api-keys identity/credentials',
  'identity/attempts': 'identity/accounts identity/factors',
  'identity/mailbox': 'identity/accounts identity/attempts',
  'identity/merchant-profile': 'identity/credentials',
  'identity/sessions': 'identity/accounts identity/attempts identity/credentials identity/factors',
  platform: 'platform/crypto platform/db',
  'platform/audit': 'platform platform/crypto platform/db',
  'platform/body': 'platform platform/http',
  'platform/email':
    'platform platform/audit platform/crypto platform/db platform/jobs platform/text',
  'platform/http': 'platform platform/audit platform/crypto',
  'platform/jobs': 'platform platform/audit platform/crypto platform/db',
}

type House = Readonly<Record<string, string>>

/** `features/login`; `platform` for files that stand on a floor itself. */
const roomOf = (file: string) =>
  file.includes('/') ? dirname(file).split('/').slice(0, 2).join('/') : 'roof'
const floorOf = (room: string) => FLOORS.indexOf(room.split('/')[0] ?? '')

/** The files that a file imports, types too. */
const importsOf = (file: string, text: string) =>
  [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']*)'/gm)].map(([, path = '']) =>
    join(dirname(file), path),
  )

const arrowsOf = (house: House) =>
  Object.entries(house).flatMap(([file, text]) =>
    importsOf(file, text).flatMap((target) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      return from === to || target.startsWith('..') ? [] : [{ from, to, file, target }]
    }),
  )

/** Imports that point upwards. */
const upwards = (house: House) =>
  arrowsOf(house).flatMap(({ from, to, file, target }) =>
    floorOf(to) < floorOf(from) ? [`${file} takes from ${target}`] : [],
  )

/** What each room takes from rooms of its floor. */
function besides(house: House): Record<string, string> {
  const beside = arrowsOf(house).filter(({ from, to }) => floorOf(from) === floorOf(to))
  const rooms = [...new Set(beside.map(({ from }) => from))].sort()
  return Object.fromEntries(
    rooms.map((room) => {
      const taken = beside.filter(({ from }) => from === room).map(({ to }) => to)
      return [room, [...new Set(taken)].sort().join(' ')]
    }),
  )
}

/** Route files that the roof takes from features. */
const routers = (house: House) =>
  arrowsOf(house)
    .filter(({ file, target }) => file === 'app.ts' && target.startsWith('features/'))
    .map(({ target }) => target)
    .sort()

/** What can be left by arrows and come back to. */
function circles(arrows: readonly Readonly<{ from: string; to: string }>[]): string[] {
  const nexts = Map.groupBy(arrows, ({ from }) => from)
  const reached = (start: string) => {
    const seen = new Set<string>()
    const left = [start]
    for (const place of left) {
      for (const { to } of nexts.get(place) ?? []) {
        if (!seen.has(to)) left.push(to)
        seen.add(to)
      }
    }
    return seen
  }
  return [...nexts.keys()].filter((place) => reached(place).has(place)).sort()
}

/** The same between files, whatever their rooms. */
const fileArrowsOf = (house: House) =>
  Object.entries(house).flatMap(([file, text]) =>
    importsOf(file, text).map((target) => ({ from: file, to: `${target}.ts` })),
  )

const src: House = Object.fromEntries(
  globSync('**/*.ts', { cwd: 'src', exclude: ['env.d.ts'] }).map((file) => [
    file,
    readFileSync(join('src', file), 'utf8'),
  ]),
)

describe('the house', () => {
  test('has these floors and no other', ({ expect }) => {
    expect(Object.keys(src).length).toBeGreaterThan(300)
    expect(Object.keys(src).filter((file) => floorOf(roomOf(file)) < 0)).toEqual([])
  })

  test('takes nothing from a higher floor', ({ expect }) => {
    expect(upwards(src)).toEqual([])
  })

  test('has the listed arrows between rooms of a floor, and no other', ({ expect }) => {
    expect(besides(src)).toEqual(ARROWS)
  })

  test('takes the routes of each feature from its routes.ts, once', ({ expect }) => {
    const withRoutes = Object.keys(src).filter((file) => /^features\/.*routes\.ts$/.test(file))
    const rooms = [...new Set(withRoutes.map(roomOf))].sort()
    expect(rooms.length).toBeGreaterThan(15)
    expect(routers(src)).toEqual(rooms.map((room) => `${room}/routes`))
    expect(src['app.ts']?.match(/\.route\(/g)).toHaveLength(rooms.length)
  })

  test('has no room that leads back to itself', ({ expect }) => {
    expect(circles(arrowsOf(src))).toEqual([])
  })

  test('has no file that leads back to itself', ({ expect }) => {
    expect(fileArrowsOf(src).length).toBeGreaterThan(1000)
    expect(circles(fileArrowsOf(src))).toEqual([])
  })
})

describe('the test of the house sees', () => {
  const house = {
    'index.ts': "import { app } from './app'",
    'features/login/routes.ts': "import type { Deps } from '../../platform/deps'",
    'features/login/start.ts': "import { routes } from './routes'",
  }

  test('nothing wrong with arrows that point down', ({ expect }) => {
    expect([upwards(house), besides(house), circles(arrowsOf(house))]).toEqual([[], {}, []])
  })

  test('an arrow upwards, of a type and of a lazy import too', ({ expect }) => {
    const up = {
      'platform/deps.ts': "import type { Session } from '../identity/credentials/session'",
      'identity/accounts/owner.ts': "const { mails } = await import('../../mails')",
    }
    expect(upwards(up)).toHaveLength(2)
  })

  test('an arrow between rooms of a floor', ({ expect }) => {
    const arrow = { 'features/login/start.ts': "import { reset } from '../passwords/reset'" }
    expect(besides(arrow)).toEqual({ 'features/login': 'features/passwords' })
  })

  test('a second route file of a feature on the roof', ({ expect }) => {
    const roof = ['routes', 'step-up-routes'].map(
      (name) => `import { a } from './features/login/${name}'`,
    )
    expect(routers({ 'app.ts': roof.join('\n') })).toEqual([
      'features/login/routes',
      'features/login/step-up-routes',
    ])
  })

  test('a circle of three rooms', ({ expect }) => {
    const circle = {
      'features/a/x.ts': "import {\n  b,\n} from '../b/x'",
      'features/b/x.ts': "import { c } from '../c/x'",
      'features/c/x.ts': "import { a } from '../a/x'",
      'features/d/x.ts': "import { a } from '../a/x'",
    }
    expect(circles(arrowsOf(circle))).toEqual(['features/a', 'features/b', 'features/c'])
    expect(circles(fileArrowsOf(circle))).toEqual([
      'features/a/x.ts',
      'features/b/x.ts',
      'features/c/x.ts',
    ])
  })
})
