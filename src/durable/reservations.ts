import type { Attempt } from './attempt'

/** A challenge as its record in KV tells it. KV may lag; what the guard has noted since counts more. */
export type ChallengeRef = Readonly<{ id: string; sentAt: number; expiresAt: number }>

/** A place for one password check, or the seconds to wait for one. */
export type PasswordReservation = {
  attempt: Attempt<{ lockedUntil: number; consecutiveFailures: number }, [], void> | null
  retryAfterSeconds: number
  isKnownDevice: boolean
}

/** A place for one code check, or the seconds to wait for one; `null` seconds: the challenge is over. */
export type CodeReservation = {
  /** Its `succeed` uses the challenge up, for the device that is remembered, and is true only once. */
  attempt: Attempt<{ isEnded: boolean }, [device: string], boolean> | null
  retryAfterSeconds: number | null
  /** Of the code that was sent last, when KV cannot know it yet. */
  codeHash: string | null
}

/** Whether another code may be sent; as with a reservation, `null` seconds: the challenge is over. */
export type ResendVerdict = { isGranted: boolean; retryAfterSeconds: number | null }
