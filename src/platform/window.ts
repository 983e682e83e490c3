/** At most `limit` events in `seconds`, counted from the first one. */
export type Quota = Readonly<{ limit: number; seconds: number }>

/** Counts events from `startedAt` (milliseconds) on, until the quota's seconds have passed. */
export type Window = Readonly<{ startedAt: number; count: number }>

/** The window that `now` falls into: the given one, or a fresh one once its time has passed. */
export function windowAt(window: Window | undefined, quota: Quota, now: number): Window {
  const isOpen = window && now < window.startedAt + quota.seconds * 1000
  return isOpen ? window : { startedAt: now, count: 0 }
}

/** Seconds until a window ends. */
export const secondsLeft = (window: Window, quota: Quota, now: number): number =>
  Math.max(0, window.startedAt + quota.seconds * 1000 - now) / 1000

export type Take = Readonly<{
  isAllowed: boolean
  /** One per quota, in its order; unchanged when the take is refused. */
  windows: readonly Window[]
  /** Seconds until a take can succeed again, 0 when this one did. */
  retryAfterSeconds: number
}>

/**
 * Takes one from every quota, or from none: a caller who is refused by the hourly quota does not
 * use up the one by the minute. A refusal changes nothing, so it need not be stored.
 */
export function take(
  windows: readonly (Window | undefined)[],
  quotas: readonly Quota[],
  now: number,
): Take {
  const current = quotas.map((quota, index) => windowAt(windows[index], quota, now))
  const waits = quotas.map((quota, index) => {
    const window = current[index]
    return window && window.count >= quota.limit ? secondsLeft(window, quota, now) : 0
  })
  const retryAfterSeconds = Math.max(0, ...waits)
  if (retryAfterSeconds > 0) return { isAllowed: false, windows: current, retryAfterSeconds }
  const windowsAfter = current.map(({ startedAt, count }) => ({ startedAt, count: count + 1 }))
  return { isAllowed: true, windows: windowsAfter, retryAfterSeconds: 0 }
}

/** What is left of a quota, and the seconds until it is whole again. */
export type Left = Readonly<{ left: number; resetSeconds: number }>

export function leftOf(window: Window, quota: Quota, now: number): Left {
  const resetSeconds = Math.ceil(secondsLeft(window, quota, now))
  return { left: Math.max(0, quota.limit - window.count), resetSeconds }
}

/** Of two quotas that both bind, the one that leaves less, or as little for longer. */
export function stricter(one: Left, other: Left): Left {
  if (one.left !== other.left) return one.left < other.left ? one : other
  return one.resetSeconds > other.resetSeconds ? one : other
}
