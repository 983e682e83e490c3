import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { cronsIn, isDue } from '../../scripts/dev/crons.ts'

const MONDAY = '2027-03-08T07:00:00Z'

describe('a cron of wrangler.toml', () => {
  const crons = cronsIn(readFileSync('wrangler.toml', 'utf8'))

  test('names days of the week: Cloudflare counts them from 1, Sunday', ({ expect }) => {
    expect(crons.length).toBeGreaterThan(0)
    for (const cron of crons) expect(cron.split(' ')[4]).toMatch(/^(\*|[A-Z]{3})$/)
  })

  test('is no other spelling of another one, which the platform might take for the same', ({
    expect,
  }) => {
    const dueOf = (cron: string) =>
      Array.from({ length: 7 * 1440 }, (_, minute) => Date.parse(MONDAY) + minute * 60_000)
        .filter((ms) => isDue(cron, new Date(ms)))
        .join()
    expect(new Set(crons.map(dueOf)).size).toBe(crons.length)
  })

  test('is due in its own minutes and in no other', ({ expect }) => {
    const due = (at: string) => crons.filter((cron) => isDue(cron, new Date(at)))
    const everyMinute = ['* * * * *', '0-58 * * * *']
    expect(due('2027-03-08T07:58:00Z')).toEqual(everyMinute)
    expect(due('2027-03-08T07:59:00Z')).toEqual(['* * * * *'])
    expect(due('2027-03-08T07:45:00Z')).toEqual([...everyMinute, '*/15 * * * *'])
    expect(due('2027-03-08T07:16:00Z')).toEqual([...everyMinute, '1-59/15 * * * *'])
    expect(due('2027-03-08T07:52:00Z')).toEqual([...everyMinute, '7-59/15 * * * *'])
    expect(due('2027-03-09T06:00:00Z')).toEqual([...everyMinute, '*/15 * * * *', '0 6 * * *'])
    expect(due('2027-03-09T06:08:00Z')).toEqual([...everyMinute, '8 6 * * *'])
    expect(due(MONDAY)).toEqual([...everyMinute, '*/15 * * * *', '0 7 * * MON'])
    expect(due('2027-03-07T07:00:00Z')).toEqual([...everyMinute, '*/15 * * * *'])
  })
})
