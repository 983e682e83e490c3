import { cpus } from 'node:os'
import type { Comparison } from './measure.ts'
import type { Results } from './run.ts'
import type { Spread } from './statistics.ts'

/** What we have set ourselves. */
const MAX_READ_RATIO = 1.5
const READS = /^(authenticated read|API key verification)/
const MAX_LOGIN_BEYOND_HASH_MS = 10
const MAX_LOGIN_ROUND_TRIPS = 4
const MAX_START_UP_MS = 100

/** All that a run has found out. */
export type Measured = Results & Readonly<{ startUpMs: number }>

export type Target = Readonly<{ name: string; value: string; limit: string; isMet: boolean }>

export function targetsOf(measured: Measured): Target[] {
  const { light, hashless, loginRoundTrips, startUpMs } = measured
  const reads = light.filter(({ name }) => READS.test(name))
  return [
    ...reads.map(({ name, ratio }) => ({
      name: `${name}, CPU by its twin's`,
      value: `${between(ratio, 2)} ×`,
      limit: `≤ ${MAX_READ_RATIO} ×`,
      isMet: ratio.median <= MAX_READ_RATIO,
    })),
    {
      name: 'full login, CPU beyond its password hash',
      value: `${between(hashless.login.cpu, 1)} ms`,
      limit: `≤ ${MAX_LOGIN_BEYOND_HASH_MS} ms`,
      isMet: hashless.login.cpu.median <= MAX_LOGIN_BEYOND_HASH_MS,
    },
    {
      name: 'full login, D1 round trips',
      value: `${loginRoundTrips}`,
      limit: `≤ ${MAX_LOGIN_ROUND_TRIPS}`,
      isMet: loginRoundTrips <= MAX_LOGIN_ROUND_TRIPS,
    },
    {
      name: 'start-up, active',
      value: `${startUpMs.toFixed(0)} ms`,
      limit: `≤ ${MAX_START_UP_MS} ms`,
      isMet: startUpMs <= MAX_START_UP_MS,
    },
  ]
}

/**
 * The figures for people: ratios first, since milliseconds say more of the machine than of the
 * code.
 */
export function table(results: Measured): string {
  const { light, hashless, hashing } = results
  const routes = [...light, hashing.wrongPassword, hashing.login]
  return [
    row('', 'ratio (middle half)', 'CPU ms', 'twin', 'req/s', 'twin'),
    ...routes.map(routeRow),
    '',
    `Twins: ${routes.map(({ name, twin }) => `${name} – ${twin.name}`).join('; ')}.`,
    '',
    'CPU of a full login beyond its password hash, ms (middle half):',
    `  hash taken out        ${between(hashless.login.cpu, 1)}, bare login ${between(hashless.login.twin.cpu, 1)}`,
    `    of it store calls   ${between(hashless.stores.twin.cpu, 1)}, our own code ${between(hashless.stores.difference, 1)}`,
    `  paired with the hash  ${between(hashing.loginBeyondHash, 1)}, wrong password ${between(hashing.wrongBeyondHash, 1)}, over ${hashing.turns} turns of ${hashing.hash.median.toFixed(0)} ms`,
    '',
    ...targetsOf(results).map(
      ({ name, value, limit, isMet }) => `${isMet ? '✓' : '✗'} ${name}: ${value}, target ${limit}`,
    ),
    `  authenticated read, D1 round trips: ${results.readRoundTrips}`,
  ].join('\n')
}

const routeRow = ({ name, ratio, cpu, twin, perSecond }: Comparison) =>
  row(
    name,
    `${between(ratio, 2)} ×`,
    cpu.median.toFixed(2),
    twin.cpu.median.toFixed(2),
    perSecond.toFixed(0),
    twin.perSecond.toFixed(0),
  )

const between = ({ low, median, high }: Spread, digits: number) =>
  `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`

const WIDTHS = [28, 22, 9, 9, 8, 8]

const row = (...cells: string[]) =>
  cells
    .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[at] ?? 0) : cell.padStart(WIDTHS[at] ?? 0)))
    .join('')

/** Where the figures come from. */
export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.versions.node,
})
