import { type Quota, take, type Window } from './window'
import type { Urgency } from '../email/letter'

/** A mail that asks whether it may go out. */
export type BudgetRequest = Readonly<{
  /** The queue message: redelivered, it is the same mail and is not charged again. */
  id: string
  urgency: Urgency
  /** Keyed hash of recipient and template, for mails that anyone can cause; `null` is not capped. */
  recipient: string | null
  /** When it was asked for, milliseconds. Mails asked for an hour apart are no flood when the queue lags. */
  askedAt: number
}>

export type BudgetVerdict = Readonly<{
  verdict: 'send' | 'recipient_cap' | 'daily_cap' | 'paused'
  /** Seconds until asking again can help, 0 for `send`. */
  retryAfterSeconds: number
  /** Of `send`: what becomes of it has to be reported, good or bad (mail-breaker.ts). */
  isWatched?: boolean
}>

/** What one address may be sent, per template, by people who know no password. */
export const RECIPIENT_QUOTAS: readonly Quota[] = [
  { limit: 1, seconds: 60 },
  { limit: 5, seconds: 3600 },
]

/**
 * The part of the day's budget up to which each kind is sent. A flood of sign-ups ends at four fifths,
 * a flood of lock mails at 95 %: what is left is out of a stranger's reach, and codes still go out.
 */
export const SHARES: Readonly<Record<Urgency, number>> = { code: 1, security: 0.95, notice: 0.8 }

const DAY_MS = 86_400_000

/** The day of the budget, in UTC, as a number. */
export const dayOf = (now: number): number => Math.floor(now / DAY_MS)

/** Seconds until the next UTC day. */
const secondsToNextDay = (now: number): number => ((dayOf(now) + 1) * DAY_MS - now) / 1000

/** Judges one mail that has not been charged yet. `windows` changes only if it may be sent. */
export function judge(
  request: BudgetRequest,
  state: { sentToday: number; windows: readonly Window[] },
  dailyLimit: number,
  now: number,
): BudgetVerdict & { windows: readonly Window[] } {
  // Rounded up: a share of a small budget is at least one mail.
  const hasBudget = state.sentToday < Math.ceil(dailyLimit * SHARES[request.urgency])
  const refused = { windows: state.windows }
  if (request.recipient !== null) {
    const taken = take(state.windows, RECIPIENT_QUOTAS, request.askedAt)
    if (!taken.isAllowed) {
      const { retryAfterSeconds } = taken
      return { ...refused, verdict: 'recipient_cap', retryAfterSeconds }
    }
    if (hasBudget) return { verdict: 'send', retryAfterSeconds: 0, windows: taken.windows }
  }
  if (hasBudget) return { ...refused, verdict: 'send', retryAfterSeconds: 0 }
  return { ...refused, verdict: 'daily_cap', retryAfterSeconds: secondsToNextDay(now) }
}
