import { DurableObject } from 'cloudflare:workers'
import { settings } from '../settings'
import type { Method } from '../two-factor/methods'
import { Attempt } from './attempt'
import {
  challengeOf,
  type ChallengeRef,
  codeWaitSeconds,
  type CodeUse,
  isOwnReplay,
  withCodeFailure,
  withAsked,
  withResend,
  withRightCode,
} from './code-attempts'
import {
  type Earned,
  recovered,
  withDeviceSeen,
  withLogin,
  withoutDevice,
  withRecovery,
} from './guard-devices'
import { MAX_IN_A_ROW, type QuotaKind } from './guard-limits'
import {
  EMPTY_GUARD,
  type GuardState,
  type Guessable,
  LINK_HOLDER,
  loadedGuard,
  pruned,
  sideOf,
  sidesOf,
} from './guard-state'
import {
  failuresAt,
  isStopped,
  type LockRule,
  withPasswordFailure,
  withPasswordSuccess,
} from './password-attempts'
import { Places } from './places'
import type {
  CodeFailed,
  CodeReservation,
  CodeVerdict,
  PasswordPassed,
  PasswordReservation,
  ResendVerdict,
} from './reservations'

type CodeRequest = {
  challenge: ChallengeRef
  method: Method
  /** The browser that asks, if it has completed a login before. */
  device: string | null
  /** For a link that resets the password, which is the challenge. */
  isByLink?: boolean
  /** A wrong one guesses at no factor: it is of an app that is being set up. */
  isNoGuess?: boolean
  now: number
}

/**
 * Decides for one account or one name, one call at a time: how many passwords and codes may be
 * tried, and which challenges are used up. A place is reserved *before* the password is hashed, so
 * that a thousand parallel tries get no more places than one after the other. Failures are written
 * down, places in use are only held in memory: when the object is lost, so is the answer of the try
 * that held one.
 */
export class AccountGuard extends DurableObject<Env> {
  #state = loadedGuard(this.ctx.storage.kv.get<GuardState>('state'))
  readonly #places = new Places()
  #hasAlarm = false

  /**
   * Reserves a password check, for a browser the guard knows (`device`) or for a stranger.
   * `recovery` is the last one of the account: where the call that told of it was lost, the guard
   * hears of it here.
   */
  reservePassword(request: {
    device: string | null
    isKnown: boolean
    recovery?: Earned | null
    now: number
  }): PasswordReservation {
    const { device, isKnown, recovery, now } = request
    if (recovery) this.recover(recovery, now)
    const rule = this.#rule
    const side = sideOf(this.#state, device)
    const from = this.#from(device)
    const answer = { isKnownDevice: from !== null, isStopped: isStopped(side, 'password') }
    const waitSeconds = (side.lockedUntil - now) / 1000
    if (waitSeconds > 0) return { ...answer, attempt: null, retryAfterSeconds: waitSeconds }
    const place = `password:${from ?? ''}`
    const inUse = this.#places.count((taken) => taken === place)
    if (failuresAt(side, rule, now) + inUse >= rule.maxFailures) {
      return { ...answer, attempt: null, retryAfterSeconds: 1 }
    }
    const attempt = new Attempt(
      this.#places.take(place),
      () => {
        const before = { ...this.#state, isKnown: isKnown || this.#state.isKnown }
        const { state, lockedUntil, inARow } = withPasswordFailure(before, from, rule, now)
        this.#save(state)
        return { lockedUntil, stopsNow: inARow === MAX_IN_A_ROW }
      },
      (mailsCode: boolean) => this.#passPassword(from, mailsCode, now),
    )
    return { ...answer, attempt, retryAfterSeconds: 0 }
  }

  /** Clears the count of the side, and counts the code that is to be mailed, unless there were too many. */
  #passPassword(device: string | null, mailsCode: boolean, now: number): PasswordPassed {
    const passed = withPasswordSuccess(this.#state, device)
    const kind = device === null ? 'code_stranger' : 'code_known'
    const { state, retryAfterSeconds } = mailsCode
      ? withAsked(passed, kind, now)
      : { state: passed, retryAfterSeconds: 0 }
    // A write that is made anyway says that the browser is in use; none is made for that alone.
    this.#save(state === this.#state ? state : withDeviceSeen(state, device, now))
    return { codeWaitSeconds: retryAfterSeconds }
  }

  /**
   * Reserves a code check. A link that resets the password proves the mailbox, so whoever has no more than
   * the password uses up none of its codes: it has a side of its own, and its hour is that of the links (guard-limits.ts).
   */
  reserveCode({ device, isByLink, ...request }: CodeRequest): CodeReservation {
    const { maxFailures } = this.#rule
    const { challenge, method, now } = request
    const { id } = challenge
    const known = this.#from(device)
    const from = known ?? (isByLink ? LINK_HOLDER : null)
    const side = sideOf(this.#state, from)
    const { isUsed, failures, codeHash } = challengeOf(this.#state, challenge)
    const answer = { isKnownDevice: known !== null, isStopped: false, codeHash: null }
    if (isUsed || failures >= maxFailures) {
      return { ...answer, attempt: null, retryAfterSeconds: null }
    }
    if (isStopped(side, method)) {
      return { ...answer, isStopped: true, attempt: null, retryAfterSeconds: null }
    }
    const ofSide = `code:${from ?? ''}:`
    const ofChallenge = this.#places.count((place) => place.endsWith(`:${id}`))
    const inFlight = this.#places.count((place) => place.startsWith(ofSide))
    const hasHour = from !== LINK_HOLDER
    const waitSeconds = hasHour ? codeWaitSeconds(side.codeFailures, inFlight, now) : 0
    if (failures + ofChallenge >= maxFailures || waitSeconds > 0) {
      return { ...answer, attempt: null, retryAfterSeconds: Math.max(1, waitSeconds) }
    }
    const attempt = new Attempt(
      this.#places.take(`${ofSide}${id}`),
      () => this.#failCode({ ...request, device: from }),
      (use: CodeUse) => this.#useCode({ ...request, device: from }, use),
    )
    return { ...answer, codeHash, attempt, retryAfterSeconds: 0 }
  }

  #failCode(request: CodeRequest): CodeFailed {
    const { challenge, now } = request
    const { state, failures, inARow } = withCodeFailure(this.#state, challenge, request, now)
    this.#save(state)
    const isEnded = failures >= this.#rule.maxFailures
    return { inARow, isEnded, stopsNow: inARow === MAX_IN_A_ROW }
  }

  /** Uses a right code up: `passed` once. A time step that was used before counts as a wrong code. */
  #useCode(request: CodeRequest, use: CodeUse): CodeVerdict {
    const { challenge, now } = request
    const { isUsed, failures } = challengeOf(this.#state, challenge)
    if (isUsed || failures >= this.#rule.maxFailures) {
      return { verdict: 'spent', failed: null }
    }
    const state = withRightCode(this.#state, challenge, request, use, now)
    if (!state) {
      const isOwn = isOwnReplay(this.#state, use)
      const failed = this.#failCode(isOwn ? { ...request, isNoGuess: true } : request)
      return { verdict: isOwn ? 'used' : 'replayed', failed }
    }
    this.#save(state)
    return { verdict: 'passed', failed: null }
  }

  /** Notes that another code was made for a challenge: the one before is dead, its failures stay. */
  resend(request: {
    challenge: ChallengeRef
    codeHash: string
    expiresAt: number
    now: number
  }): ResendVerdict {
    const { id } = request.challenge
    const challenge = challengeOf(this.#state, request.challenge)
    if (challenge.isUsed || challenge.failures >= this.#rule.maxFailures) {
      return { isGranted: false, retryAfterSeconds: null }
    }
    const { state, retryAfterSeconds } = withResend(this.#state, id, challenge, request)
    if (retryAfterSeconds > 0) return { isGranted: false, retryAfterSeconds }
    this.#save(state)
    return { isGranted: true, retryAfterSeconds: null }
  }

  /**
   * Counts what can be asked for so often; the seconds to wait where it was too often, 0 if
   * granted.
   */
  ask(kind: QuotaKind, now: number): number {
    const { state, retryAfterSeconds } = withAsked(this.#state, kind, now)
    this.#save(state)
    return retryAfterSeconds
  }

  /** Follows a recovery that the database has decided; told twice or late it changes nothing. */
  recover(recovery: Earned, now: number): void {
    this.#save(withRecovery(this.#state, recovery, now))
  }

  /** Makes the browser of a login known, now that its session is open. */
  remember(login: Earned, now: number): void {
    this.#save(withLogin(this.#state, login, now))
  }

  /** Ends all locks and counts, at an admin's word; nobody becomes known by that. */
  unlock(): void {
    this.#save(recovered(this.#state))
  }

  /** What keeps somebody out now: until when strangers are locked out, and what is stopped, on any side. */
  locks(now: number): { lockedUntil: number | null; stopped: Guessable[] } {
    const { strangers } = this.#state
    const stopped = new Set(
      sidesOf(this.#state).flatMap((side) =>
        (Object.keys(side.inARow) as Guessable[]).filter((what) => isStopped(side, what)),
      ),
    )
    return {
      lockedUntil: strangers.lockedUntil > now ? strangers.lockedUntil : null,
      stopped: [...stopped],
    }
  }

  /** Makes a browser, or all of them (`null`), a stranger again. */
  forgetDevice(device: string | null): void {
    this.#save(withoutDevice(this.#state, device))
  }

  /** Forgets everything: the account is gone. */
  async erase(): Promise<void> {
    this.#state = EMPTY_GUARD
    await this.ctx.storage.deleteAll()
  }

  get #rule(): LockRule {
    const { MAX_FAILED_ATTEMPTS, ACCOUNT_LOCKOUT_DURATION } = settings(this.env)
    return { maxFailures: MAX_FAILED_ATTEMPTS, lockSeconds: ACCOUNT_LOCKOUT_DURATION }
  }

  /** A device that the guard does not know is a stranger. */
  #from = (device: string | null) =>
    device !== null && this.#state.devices[device] ? device : null

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
    const isAtRest = (rest: GuardState) =>
      pruned({ ...rest, isKnown: false }, this.#rule, Date.now()) === undefined
    if (isAtRest(state)) return
    this.#hasAlarm = true
    // Windows of quotas last a day: to look each hour would cost more than the logins.
    const pauseMs = isAtRest({ ...state, asked: {} }) ? ASKED_PAUSE_MS : CLEANUP_PAUSE_MS
    await this.ctx.storage.setAlarm(Date.now() + pauseMs)
  }
}

const CLEANUP_PAUSE_MS = 3_600_000
const ASKED_PAUSE_MS = 86_400_000
