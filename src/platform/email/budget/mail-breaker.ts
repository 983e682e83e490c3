import { DAY_MS, MINUTE_MS } from '../../time'
import type { AccountFault } from '../carrier'

/** What became of a mail, for the breaker. */
export type Report = Readonly<{
  /** The queue message, and a keyed hash of the recipient. */
  id: string
  recipient: string
  /** As which it was sent (platform/email/sender.ts). */
  sender: string
  /** `refused` for a reason of its own, or `deferred`, which tells nothing of the account. */
  outcome: 'accepted' | 'refused' | 'deferred' | AccountFault
  replyCode: number | null
  enhancedCode: string | null
}>

/** Times in milliseconds. */
export type Pause = Readonly<{
  since: number
  until: number
  /** How many times the account was tried again in vain, since it is this fault. */
  tries: number
  fault: AccountFault
  /** Who has met it: one that was set anew since may find out at once. */
  senders: readonly string[]
  replyCode: number | null
  enhancedCode: string | null
}>

export type Breaker = Readonly<{
  /**
   * Of the last change that operators are told of; it grows, so that a late word does not undo a
   * newer one.
   */
  version: number
  /** Whether the database knows of it. */
  isTold: boolean
  /** From the first fault until a mail is accepted. */
  pause: Pause | null
  /** The pause before, for what is told of its end. */
  ended: Pause | null
  /** Different recipients in a row that were refused for no clear reason. */
  suspects: readonly string[]
  /** Mails that have found out nothing good: others are tried first. */
  failed: readonly string[]
  /** Until when one mail is on its way to find out whether the fault is mended. */
  probeUntil: number
}>

export const CLOSED: Breaker = {
  version: 0,
  isTold: true,
  pause: null,
  ended: null,
  suspects: [],
  failed: [],
  probeUntil: 0,
}

/** Minutes: the first pause, the second and so on; the last one again and again. */
const PAUSES = [1, 5, 15, 60]
/**
 * So many recipients in a row, and nobody in between: a stranger who signs up with an address that
 * is refused this way stops nobody's mail.
 */
const SUSPECTS = 3
const FAILED_KEPT = 50
const SENDERS_KEPT = 4
/** Longer than a connection may take (platform/email/smtp.ts). */
const PROBE_MS = 90_000
const PROBE_WAIT_SECONDS = 15
/** As long as all that wait for the end of a pause take to come back (platform/email/retry-delay.ts). */
const OTHERS_FIRST_MS = 60_000

/** What a batch may send now. */
export type Gate = Readonly<{
  lets: 'all' | 'one' | 'none'
  /** For those that it does not let pass. */
  retryAfterSeconds: number
  /** Whether what becomes of them has to be reported, good or bad. */
  isWatched: boolean
}>

export function gateOf(
  { pause, suspects, probeUntil }: Breaker,
  now: number,
  sender: string | undefined,
): Gate {
  if (!pause) return { lets: 'all', retryAfterSeconds: 0, isWatched: suspects.length > 0 }
  if (isHeld(pause, now, sender)) {
    const retryAfterSeconds = (pause.until - now) / 1000
    return { lets: 'none', retryAfterSeconds, isWatched: false }
  }
  const lets = now < probeUntil ? 'none' : 'one'
  return { lets, retryAfterSeconds: PROBE_WAIT_SECONDS, isWatched: true }
}

const isHeld = ({ until, senders }: Pause, now: number, sender: string | undefined) =>
  now < until && (sender === undefined || senders.includes(sender))

const withSender = (pause: Pause | null, { sender }: Report) =>
  [...new Set([...(pause?.senders ?? []), sender])].slice(-SENDERS_KEPT)

/**
 * The mails that may find out, best first: those that nothing speaks against, and any other once
 * those have had the time to come.
 */
export function probesOf<Mail extends { id: string }>(
  { failed, pause }: Breaker,
  mails: readonly Mail[],
  now: number,
): Mail[] {
  const isFailed = ({ id }: Mail) => failed.includes(id)
  const isLate = pause !== null && now >= pause.until + OTHERS_FIRST_MS
  return [...mails.filter((mail) => !isFailed(mail)), ...(isLate ? mails.filter(isFailed) : [])]
}

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
  const { outcome } = report
  const failed = isDoubtful(outcome)
    ? [...new Set([...breaker.failed, report.id])].slice(-FAILED_KEPT)
    : breaker.failed
  // The rest of the batch, or one that began before: what it met is known, or was of before.
  if (pause && isHeld(pause, now, report.sender)) return { ...breaker, failed }
  const doubted = { ...breaker, failed, probeUntil: 0 }
  if (outcome === 'refused') return doubted
  if (outcome === 'accepted') {
    if (!pause) return { ...breaker, suspects: [], failed: [] }
    return { ...CLOSED, version: after(version, now), isTold: false, ended: pause }
  }
  if (outcome === 'deferred') {
    // Else all that wait would ask again and again.
    if (!pause) return breaker
    const senders = withSender(pause, report)
    return { ...doubted, pause: { ...pause, until: now + MINUTE_MS, senders } }
  }
  if (outcome !== 'mails_refused') return opened(doubted, outcome, report, now)
  const suspects = [...new Set([...breaker.suspects, report.recipient])]
  if (suspects.length < SUSPECTS) return { ...doubted, suspects }
  return opened(doubted, outcome, report, now)
}

/** Whether another mail may do better. */
const isDoubtful = (outcome: Report['outcome']) =>
  outcome === 'mails_refused' || outcome === 'daily_limit' || outcome === 'deferred'

function opened(breaker: Breaker, fault: AccountFault, report: Report, now: number): Breaker {
  const { pause, version } = breaker
  const { replyCode, enhancedCode } = report
  const tries = pause?.fault === fault ? pause.tries + 1 : 0
  // A day is long: another mail has to hear it too. If the provider's day is another, it is asked
  // each hour from then on.
  const isDay = fault === 'daily_limit' && tries === 1
  const last = PAUSES.length - 1
  const step = fault === 'daily_limit' && tries > 1 ? last : Math.min(tries, last)
  const until = isDay
    ? (Math.floor(now / DAY_MS) + 1) * DAY_MS
    : now + (PAUSES[step] ?? 0) * MINUTE_MS
  return {
    ...breaker,
    version: after(version, now),
    isTold: false,
    pause: {
      since: pause?.since ?? now,
      until,
      tries,
      fault,
      senders: withSender(pause, report),
      replyCode,
      enhancedCode,
    },
    suspects: [],
  }
}

/** A time, so that an object that has lost its storage is believed too. */
const after = (version: number, now: number) => Math.max(version + 1, now)
