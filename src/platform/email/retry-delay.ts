import { randomInt } from 'node:crypto'
import { DAY_MS } from '../time'

const FIRST_SECONDS = 10
const FACTOR = 4
const LONGEST_SECONDS = 21_600
const MORNING_SECONDS = 1800

/** The queue takes no longer delay. */
export const MAX_DELAY_SECONDS = 86_400
/** Both queues are created with it (README); the platform has no more. */
const RETENTION_SECONDS = 1_209_600
/**
 * How old a message, and a mail, may become: the retention less a day, in which a consumer may lag.
 * The queue deletes what is older than its retention, without a trace.
 */
export const LIFE_MS = RETENTION_SECONDS * 1000 - DAY_MS

/**
 * Seconds until the next try after so many: 10 s, 40 s, 160 s … up to 6 h. A mailed code gets three
 * tries while it lives. Up to a quarter less at random, so that what failed together does not come
 * back together; of no more than that, so that fewer than ninety tries fill the life of a mail.
 */
export function retryDelay(attempts: number): number {
  const seconds = Math.min(FIRST_SECONDS * FACTOR ** Math.min(attempts - 1, 9), LONGEST_SECONDS)
  return randomInt(Math.ceil(seconds * 0.75), seconds + 1)
}

/** Seconds to wait for the next day's budget: not all in its first second. */
export const nextDayDelay = (secondsToNextDay: number): number =>
  Math.min(Math.ceil(secondsToNextDay) + randomInt(MORNING_SECONDS), MAX_DELAY_SECONDS)

/** Seconds to wait for the end of a pause, and up to a quarter or a minute more. */
export const pauseDelay = (secondsLeft: number): number =>
  Math.ceil(secondsLeft) + randomInt(Math.ceil(Math.min(secondsLeft / 4, 60)) + 1)

/**
 * Puts a message back into its queue; nothing else in the service does. False, and nothing is done,
 * where it could be gone before it comes back.
 */
export function retryLater(
  message: Pick<Message<string>, 'timestamp' | 'retry'>,
  seconds: number,
  now: Date,
): boolean {
  const delaySeconds = Math.min(Math.ceil(seconds), MAX_DELAY_SECONDS)
  const isInTime = now.getTime() + delaySeconds * 1000 < message.timestamp.getTime() + LIFE_MS
  if (isInTime) message.retry({ delaySeconds })
  return isInTime
}
