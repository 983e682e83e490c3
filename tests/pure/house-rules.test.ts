import { globSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'

const files = globSync('src/**/*.ts', { exclude: ['src/env.d.ts'] })

/** The lines of the Worker's code that hold a pattern, as `file:line`, outside the given places. */
const linesWith = (pattern: RegExp, allowed: readonly string[] = []) =>
  files
    .filter((file) => !allowed.some((place) => file.startsWith(place)))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const code = line.replace(/^\s*(\*|\/\/|\/\*).*/, '')
          return pattern.test(code) ? [`${file}:${index + 1}`] : []
        }),
    )

// Rules that the linter has no words for.
describe('the code of the Worker', () => {
  test('is looked at', ({ expect }) => {
    expect(files.length).toBeGreaterThan(20)
    expect(linesWith(/\bexport\b/).length).toBeGreaterThan(50)
  })

  test('takes the time from deps.now(), so that tests can set the clock', ({ expect }) => {
    const places = linesWith(/\bnew Date\(\)|\bDate\.now\(\)/)
    expect(new Set(places.map((place) => place.split(':')[0]))).toEqual(
      new Set([
        'src/platform/deps.ts',
        // Alarms, which the platform rings by its own clock.
        'src/identity/attempts/limiter/account-guard.ts',
        'src/platform/http/ip-limiter.ts',
        'src/platform/email/budget/mail-budget.ts',
      ]),
    )
  })

  test('writes a day and an hour in milliseconds once', ({ expect }) => {
    const spelt = /\b(86_?400_?000|3_?600_?000)\b|\b(DAY|HOUR|MINUTE)_MS = /
    expect(linesWith(spelt, ['src/platform/time.ts'])).toEqual([])
  })

  test('seals and signs with SEALING_KEYS only what docs/operations.md gives an age', ({
    expect,
  }) => {
    const places = linesWith(/\bseal\(|\bmac\(|\bhasMac\(/, ['src/platform/crypto/'])
    expect(new Set(places.map((place) => place.split(':')[0]))).toEqual(
      new Set([
        // For good, and sealed anew by the job.
        'src/platform/audit/personal-box.ts',
        'src/features/two-factor/reseal-secrets.ts',
        'src/features/two-factor/begin-totp.ts',
        // An admin's words, with the key of a person, which is of personal-box.
        'src/features/admin/act-on-users.ts',
        'src/identity/api-keys/key-text.ts',
        'src/platform/email/queued-mail.ts',
        'src/identity/attempts/challenge.ts',
        'src/identity/attempts/device-token.ts',
        'src/identity/credentials/session-secret.ts',
        // Names of counters: they begin anew with another key.
        'src/platform/email/budget/ask-budget.ts',
        'src/platform/email/report-sent.ts',
        'src/platform/email/sender.ts',
        'src/identity/attempts/spray.ts',
      ]),
    )
  })

  test('tells of an error by messageOf alone: a failed query names its parameters', ({
    expect,
  }) => {
    const ways = /\b(error|cause|thrown|reason)\.(message|stack)\b|String\((error|thrown|cause)\)/
    expect(linesWith(ways, ['src/platform/error-text.ts'])).toEqual([
      // Which kind of failure it is, asked and not told.
      expect.stringContaining('src/platform/problems.ts:'),
      expect.stringContaining('src/platform/problems.ts:'),
    ])
  })

  test('wraps the words of routes at 100 columns, long ones in docs.ts of the feature', ({
    expect,
  }) => {
    const words = /(routes|docs|api-texts)\.ts:\d+$/
    expect(linesWith(/'/).filter((place) => words.test(place)).length).toBeGreaterThan(100)
    expect(linesWith(/^.{101,}$/u).filter((place) => words.test(place))).toEqual([])
  })

  test('puts a message back into its queue in one place, which knows how long it is kept', ({
    expect,
  }) => {
    expect(linesWith(/\.retry(All)?\(/)).toEqual([
      expect.stringContaining('src/platform/email/retry-delay.ts:'),
    ])
  })

  test('never begins a transaction: D1 refuses it, only in production', ({ expect }) => {
    expect(linesWith(/\.transaction\(/)).toEqual([])
  })

  test('never lets the database delete what hangs on a row: a rebuilt table would take all', ({
    expect,
  }) => {
    const migrations = globSync('migrations/*.sql').map((file) => readFileSync(file, 'utf8'))
    expect(migrations.length).toBeGreaterThan(0)
    for (const sql of migrations) {
      expect(sql).not.toMatch(/ON DELETE (CASCADE|SET)/i)
      expect(sql).not.toMatch(/DROP TABLE|__new_/i)
    }
  })
})
