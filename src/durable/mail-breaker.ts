import type { AccountFault } from '../email/carrier'

/** What became of a mail, for the breaker. */
export type Report = Readonly<{
  /** The queue message, and a keyed hash of the recipient. */
  id: string
  recipient: string
  /** `neither`: refused for a reason of its own, or not answered. */
  outcome: 'accepted' | 'neither' | AccountFault
  replyCode: number | null
  enhancedCode: string | null
}>

/** Times in milliseconds. */
export type Pause = Readonly<{
  since: number
  until: number
  /** How many times the account was tried again in vain. */
  tries: number
  fault: AccountFault
  replyCode: number | null
  enhancedCode: string | null
}>

export type Breaker = Readonly<{
  /** Of the last change that operators are told of; it grows, so that a late word does not undo a newer one. */
  version: number
  /** From the first fault until a mail is accepted. */
  pause: Pause | null
  /** The last pause, until the database knows that it is over. */
  ended: Pause | null
  /** Different recipients in a row that were refused for no clear reason. */
  suspects: readonly string[]
  /** The messages to them: others are tried first. */
  failed: readonly string[]
  /** Until when one mail is on its way to find out whether the fault is mended. */
  probeUntil: number
}>

export const CLOSED: Breaker = {
  version: 0,
  pause: null,
  ended: null,
  suspects: [],
  failed: [],
  probeUntil: 0,
}

/** Minutes: the first pause, the second and so on; the last one again and again. */
const PAUSES = [1, 5, 15, 60]
/**
 * So many recipients in a row, and nobody in between: a stranger who signs up with an address that is
 * refused this way stops nobody's mail.
 */
const SUSPECTS = 3
const FAILED_KEPT = 50
/** Longer than a connection may take (email/smtp.ts). */
const PROBE_MS = 90_000
const PROBE_WAIT_SECONDS = 15
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** What a batch may send now. */
export type Gate = Readonly<{
  lets: 'all' | 'one' | 'none'
  /** For those that it does not let pass. */
  retryAfterSeconds: number
  /** Whether what becomes of them has to be reported, good or bad. */
  isWatched: boolean
}>

export function gateOf({ pause, ended, suspects, probeUntil }: Breaker, now: number): Gate {
  if (!pause) {
    const isWatched = ended !== null || suspects.length > 0
    return { lets: 'all', retryAfterSeconds: 0, isWatched }
  }
  if (now < pause.until) {
    const retryAfterSeconds = (pause.until - now) / 1000
    return { lets: 'none', retryAfterSeconds, isWatched: false }
  }
  const lets = now < probeUntil ? 'none' : 'one'
  return { lets, retryAfterSeconds: PROBE_WAIT_SECONDS, isWatched: true }
}

/** The mails that may find out, best first: those to recipients that nothing speaks against. */
export const probesOf = <Mail extends { id: string }>(
  { failed }: Breaker,
  mails: readonly Mail[],
): Mail[] => [
  ...mails.filter(({ id }) => !failed.includes(id)),
  ...mails.filter(({ id }) => failed.includes(id)),
]

export const withProbe = (breaker: Breaker, now: number): Breaker => ({
  ...breaker,
  probeUntil: now + PROBE_MS,
})

/** The breaker after what a batch has met, in the order in which it met it. */
export function withReports(breaker: Breaker, reports: readonly Report[], now: number): Breaker {
  const last = reports.findLastIndex(({ outcome }) => outcome === 'accepted')
  // A server that takes a later mail had nothing against the account.
  const told = reports.filter(({ outcome }, at) => outcome !== 'mails_refused' || at > last)
  return told.reduce((before, report) => withReport(before, report, now), breaker)
}

function withReport(breaker: Breaker, report: Report, now: number): Breaker {
  const { pause, version } = breaker
  // A batch that began before the pause: what it met is known, or was of before.
  if (pause && now < pause.until) return breaker
  const { outcome } = report
  if (outcome === 'neither') return { ...breaker, probeUntil: 0 }
  if (outcome === 'accepted') {
    if (!pause) return { ...breaker, suspects: [], failed: [] }
    return { ...CLOSED, version: after(version, now), ended: pause }
  }
  if (outcome !== 'mails_refused') return opened(breaker, outcome, report, now)
  const { id, recipient } = report
  const suspects = [...new Set([...breaker.suspects, recipient])]
  const failed = [...breaker.failed, id].slice(-FAILED_KEPT)
  const doubted = { ...breaker, suspects, failed, probeUntil: 0 }
  return suspects.length < SUSPECTS ? doubted : opened(doubted, outcome, report, now)
}

function opened(breaker: Breaker, fault: AccountFault, report: Report, now: number): Breaker {
  const { pause, version } = breaker
  const { replyCode, enhancedCode } = report
  const tries = pause ? pause.tries + 1 : 0
  // The day is over for good; if the provider's is another, it is asked each hour from then on.
  const isDay = fault === 'daily_limit' && pause?.fault !== fault
  const step = fault === 'daily_limit' ? PAUSES.length - 1 : Math.min(tries, PAUSES.length - 1)
  const until = isDay
    ? (Math.floor(now / DAY_MS) + 1) * DAY_MS
    : now + (PAUSES[step] ?? 0) * MINUTE_MS
  return {
    ...breaker,
    version: after(version, now),
    pause: { since: pause?.since ?? now, until, tries, fault, replyCode, enhancedCode },
    ended: null,
    suspects: [],
    probeUntil: 0,
  }
}

/** A time, so that an object that has lost its storage is believed too. */
const after = (version: number, now: number) => Math.max(version + 1, now)
