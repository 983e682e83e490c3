import { DurableObject } from 'cloudflare:workers'
import { settings } from '../settings'
import { Attempt } from './attempt'
import {
  bucketOf,
  challengeOf,
  codeWaitSeconds,
  EMPTY_GUARD,
  failuresAt,
  type GuardState,
  type LockRule,
  pruned,
  withChallenge,
  withCodeFailure,
  withDevice,
  withFailure,
  withResend,
  withSuccess,
} from './attempts'
import type {
  ChallengeRef,
  CodeReservation,
  PasswordReservation,
  ResendVerdict,
} from './reservations'

/**
 * Decides for one account, one call at a time: how many passwords and codes may be tried, and which
 * challenges are used up. A place is reserved *before* the password is hashed, so that a thousand
 * parallel tries get no more places than one after the other. Failures are written down, places in
 * use are only held in memory: when the object is lost, so is the answer of the try that held one.
 */
export class AccountGuard extends DurableObject<Env> {
  #state = this.ctx.storage.kv.get<GuardState>('state') ?? EMPTY_GUARD
  readonly #reserved = new Map<string, number>()
  #hasAlarm = false

  /** Reserves a password check, for a browser the guard knows (`device`) or for a stranger. */
  reservePassword(request: {
    device: string | null
    isKnown: boolean
    now: number
  }): PasswordReservation {
    const { device, isKnown, now } = request
    const rule = this.#rule
    const bucket = bucketOf(this.#state, device)
    const waitSeconds = (bucket.lockedUntil - now) / 1000
    const side = bucket === this.#state.strangers ? null : device
    const isKnownDevice = side !== null
    if (waitSeconds > 0) return { attempt: null, retryAfterSeconds: waitSeconds, isKnownDevice }
    const place = `password:${side ?? ''}`
    if (failuresAt(bucket, rule, now) + this.#placesIn(place) >= rule.maxFailures) {
      return { attempt: null, retryAfterSeconds: 1, isKnownDevice }
    }
    const attempt = new Attempt(
      this.#reserve(place),
      () => {
        const { state, lockedUntil } = withFailure({ ...this.#state, isKnown }, side, rule, now)
        this.#save(state)
        return { lockedUntil, consecutiveFailures: state.consecutiveFailures }
      },
      () => this.#save(withSuccess(this.#state, side)),
    )
    return { attempt, retryAfterSeconds: 0, isKnownDevice }
  }

  /** Reserves a code check. */
  reserveCode(request: { challenge: ChallengeRef; now: number }): CodeReservation {
    const { now } = request
    const { id } = request.challenge
    const challenge = challengeOf(this.#state, request.challenge)
    const { maxFailures } = this.#rule
    if (challenge.isUsed || challenge.failures >= maxFailures) {
      return { attempt: null, retryAfterSeconds: null, codeHash: null }
    }
    const inFlight = [...this.#reserved].filter(([place]) => place.startsWith('code:'))
    const total = inFlight.reduce((sum, [, count]) => sum + count, 0)
    const isFull = challenge.failures + this.#placesIn(`code:${id}`) >= maxFailures
    const waitSeconds = codeWaitSeconds(this.#state, total, now)
    if (isFull || waitSeconds > 0) {
      return { attempt: null, retryAfterSeconds: Math.max(1, waitSeconds), codeHash: null }
    }
    const attempt = new Attempt(
      this.#reserve(`code:${id}`),
      () => {
        const before = challengeOf(this.#state, request.challenge)
        const after = { ...before, failures: before.failures + 1 }
        this.#save(withChallenge(withCodeFailure(this.#state, now), id, after, now))
        return { isEnded: after.failures >= maxFailures }
      },
      (device: string) => this.#consume(request.challenge, device, now),
    )
    return { attempt, retryAfterSeconds: 0, codeHash: challenge.codeHash }
  }

  /** Notes that another code was made for a challenge: the one before is dead, its failures stay. */
  resend(request: {
    challenge: ChallengeRef
    codeHash: string
    expiresAt: number
    now: number
  }): ResendVerdict {
    const challenge = challengeOf(this.#state, request.challenge)
    if (challenge.isUsed || challenge.failures >= this.#rule.maxFailures) {
      return { isGranted: false, retryAfterSeconds: null }
    }
    const { state, retryAfterSeconds } = withResend(
      this.#state,
      request.challenge.id,
      challenge,
      request,
    )
    if (retryAfterSeconds > 0) return { isGranted: false, retryAfterSeconds }
    this.#save(state)
    return { isGranted: true, retryAfterSeconds: null }
  }

  /** Uses a challenge up. True exactly once; then the browser is known, and its failures forgotten. */
  #consume(ref: ChallengeRef, device: string, now: number): boolean {
    const challenge = challengeOf(this.#state, ref)
    if (challenge.isUsed || challenge.failures >= this.#rule.maxFailures) return false
    const used = withChallenge(this.#state, ref.id, { ...challenge, isUsed: true }, now)
    const codeFailures = { startedAt: 0, count: 0 }
    this.#save(withDevice({ ...used, isKnown: true, codeFailures }, device, now))
    return true
  }

  get #rule(): LockRule {
    const { MAX_FAILED_ATTEMPTS, ACCOUNT_LOCKOUT_DURATION } = settings(this.env)
    return { maxFailures: MAX_FAILED_ATTEMPTS, lockSeconds: ACCOUNT_LOCKOUT_DURATION }
  }

  #placesIn = (place: string) => this.#reserved.get(place) ?? 0

  /** Takes a place; the returned function gives it back, once. */
  #reserve(place: string): () => void {
    this.#reserved.set(place, this.#placesIn(place) + 1)
    return () => {
      const left = this.#placesIn(place) - 1
      if (left > 0) this.#reserved.set(place, left)
      else this.#reserved.delete(place)
    }
  }

  #save(state: GuardState) {
    if (state === this.#state) return
    this.#state = state
    this.ctx.storage.kv.put('state', state)
    if (this.#hasAlarm) return
    this.#hasAlarm = true
    void this.#scheduleAlarm()
  }

  /** Keeps one that is set already: moved back by every new start, it would never come. */
  async #scheduleAlarm() {
    if ((await this.ctx.storage.getAlarm()) !== null) return
    await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
  }

  /** Forgets what has passed, and the whole object when nothing is left. */
  override async alarm() {
    this.#hasAlarm = false
    const state = pruned(this.#state, this.#rule, Date.now())
    if (!state) {
      this.#state = EMPTY_GUARD
      return this.ctx.storage.deleteAll()
    }
    this.#state = state
    this.ctx.storage.kv.put('state', state)
    const isAtRest = pruned({ ...state, isKnown: false }, this.#rule, Date.now()) === undefined
    if (isAtRest) return
    this.#hasAlarm = true
    await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
  }
}

const CLEANUP_PAUSE_MS = 3_600_000
