import { randomInt } from 'node:crypto'

const FIRST_SECONDS = 10
const FACTOR = 4
const LONGEST_SECONDS = 21_600
/** The queue takes no longer delay. */
const DAY_SECONDS = 86_400
const MORNING_SECONDS = 1800

/**
 * Seconds until the next try after so many: 10 s, 40 s, 160 s … up to 6 h. A mailed code gets three
 * tries while it lives; with the queue's 8 retries a notice outlives an outage of half a day. Up to a
 * half less at random, so that what failed together does not come back together.
 */
export function retryDelay(attempts: number): number {
  const seconds = Math.min(FIRST_SECONDS * FACTOR ** (attempts - 1), LONGEST_SECONDS)
  return randomInt(Math.ceil(seconds / 2), seconds + 1)
}

/** Seconds to wait for the next day's budget: not all in its first second. */
export const nextDayDelay = (secondsToNextDay: number): number =>
  Math.min(Math.ceil(secondsToNextDay) + randomInt(MORNING_SECONDS), DAY_SECONDS)
