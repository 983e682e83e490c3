import { readFileSync } from 'node:fs'

/** Where the tools for development start the scheduled handler. */
export const SCHEDULED = '/cdn-cgi/local/scheduled'
const MINUTE_MS = 60_000
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** The cron expressions that the deployed Worker has. */
export function cronsIn(wranglerToml: string): string[] {
  const [, list = ''] = /^crons = \[([^\]]*)\]$/m.exec(wranglerToml) ?? []
  return [...list.matchAll(/"([^"]+)"/g)].map(([, cron = '']) => cron)
}

/**
 * Whether a cron starts in the minute of this time (UTC). A field is a star or a range, with or
 * without a step, a number or the name of a day: Cloudflare counts days from 1, Sunday, and others
 * from 0, so that only names are clear.
 */
export function isDue(cron: string, at: Date): boolean {
  const time = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1]
  const values = [...time, DAYS[at.getUTCDay()]]
  return cron.split(' ').every((field, index) => {
    const value = values[index]
    return field === '*' || field === `${value}` || isIn(field, Number(value))
  })
}

const SPAN = /^(?:\*|(\d+)-(\d+))(?:\/(\d+))?$/

function isIn(field: string, value: number): boolean {
  const span = SPAN.exec(field)
  if (!span) return false
  const [from, to, step] = [Number(span[1] ?? 0), Number(span[2] ?? 59), Number(span[3] ?? 1)]
  return value >= from && value <= to && (value - from) % step === 0
}

/**
 * Starts the crons of wrangler.toml when their minute comes, as the platform does and wrangler does
 * not. `seal-events` is started at once: the log is sealed before anybody asks for a proof.
 */
export function startCrons(api: string): void {
  const crons = cronsIn(readFileSync('wrangler.toml', 'utf8'))
  // A run that fails is in the Worker's own output; one that meets a reload comes again.
  const startRun = (cron: string) =>
    void fetch(`${api}${SCHEDULED}?${String(new URLSearchParams({ cron }))}`).catch(() => {})
  const atNextMinute = () => {
    const next = Math.ceil((Date.now() + 1) / MINUTE_MS) * MINUTE_MS
    setTimeout(() => {
      for (const cron of crons.filter((one) => isDue(one, new Date(next)))) startRun(cron)
      atNextMinute()
    }, next - Date.now())
  }
  startRun('* * * * *')
  atNextMinute()
}
