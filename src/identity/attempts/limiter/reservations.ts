import type { Attempt } from './attempt'
import type { CodeUse } from './code-attempts'

/** A place for one password check, or the seconds to wait for one. */
export type PasswordReservation = {
  attempt: Attempt<PasswordFailed, [mailsCode: boolean], PasswordPassed> | null
  retryAfterSeconds: number
  isKnownDevice: boolean
  /** The password is off for this side: the caller must take any for wrong. */
  isStopped: boolean
}

export type PasswordFailed = {
  /** Milliseconds; 0 when this failure did not lock. */
  lockedUntil: number
  /** This failure was the one that switched the password off for its side. */
  stopsNow: boolean
}

export type PasswordPassed = {
  /** Seconds until a code may be mailed, 0 if now or if none is to be. */
  codeWaitSeconds: number
}

/** A place for one code check, or why there is none. */
export type CodeReservation = {
  attempt: Attempt<CodeFailed, [use: CodeUse], CodeVerdict> | null
  /** `null`: the challenge is over. */
  retryAfterSeconds: number | null
  isKnownDevice: boolean
  isStopped: boolean
  /** Of the code that was sent last, when KV cannot know it yet. */
  codeHash: string | null
}

export type CodeFailed = {
  /**
   * Wrong codes of this kind in a row, over all challenges of the side; 0 for one that is no guess.
   */
  inARow: number
  isEnded: boolean
  stopsNow: boolean
}

export type CodeVerdict = {
  /**
   * `passed` exactly once; `spent` when another request was first, `replayed` for a time step used
   * before, `used` where this very session has used it.
   */
  verdict: 'passed' | 'spent' | 'replayed' | 'used'
  /** What a replay has come to: it counts like a wrong code. */
  failed: CodeFailed | null
}

/**
 * Whether another code may be sent; as with a reservation, `null` seconds: the challenge is over.
 */
export type ResendVerdict = { isGranted: boolean; retryAfterSeconds: number | null }
