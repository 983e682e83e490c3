import { DurableObject } from 'cloudflare:workers'
import { settings } from '../../../platform/settings'
import { DAY_MS, HOUR_MS } from '../../../platform/time'
import { withAsked } from './code-attempts'
import { type Earned, recovered, withLogin, withoutDevice, withRecovery } from './devices'
import { InFlight } from './in-flight'
import type { QuotaKind } from './limits'
import { isStopped, type LockRule } from './lockout'
import type { CodeReservation, PasswordReservation, ResendVerdict } from './reservations'
import { type CodeRequest, resendCode, type ResendRequest, reserveCode } from './reserve-code'
import { type PasswordRequest, reservePassword } from './reserve-password'
import { EMPTY_GUARD, type Factor, type GuardState, loadedGuard, pruned, sidesOf } from './state'
import type { GuardWork } from './work'

/**
 * Decides for one account or one name, one call at a time: how many passwords and codes may be
 * tried, and which challenges are used up. A place is reserved *before* the password is hashed, so
 * that a thousand parallel tries get no more places than one after the other. Failures are written
 * down, places in use are only held in memory: when the object is lost, so is the answer of the try
 * that held one.
 */
export class AccountGuard extends DurableObject<Env> {
  #state = loadedGuard(this.ctx.storage.kv.get<GuardState>('state'))
  readonly #work: GuardWork = {
    state: () => this.#state,
    save: (state) => this.#save(state),
    rule: () => this.#rule,
    places: new InFlight(),
  }
  #hasAlarm = false

  reservePassword(request: PasswordRequest): PasswordReservation {
    return reservePassword(this.#work, request)
  }

  reserveCode(request: CodeRequest): CodeReservation {
    return reserveCode(this.#work, request)
  }

  resend(request: ResendRequest): ResendVerdict {
    return resendCode(this.#work, request)
  }

  /**
   * Counts what can be asked for so often, by the network that asks where there is one; the seconds
   * to wait where it was too often, 0 if granted.
   */
  ask(kind: QuotaKind, now: number, network?: string): number {
    const { state, retryAfterSeconds } = withAsked(this.#state, kind, now, network)
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

  /**
   * Ends all locks and counts, at an admin's word; nobody becomes known by that. An object that
   * holds nothing stays so: a hundred names that nobody has tried cost no write.
   */
  unlock(): void {
    if (this.#state !== EMPTY_GUARD) this.#save(recovered(this.#state))
  }

  /**
   * What keeps somebody out now: until when strangers are locked out, and what is stopped, on any
   * side.
   */
  locks(now: number): { lockedUntil: number | null; stopped: Factor[] } {
    const { strangers } = this.#state
    const stopped = new Set(
      sidesOf(this.#state).flatMap((side) =>
        (Object.keys(side.inARow) as Factor[]).filter((what) => isStopped(side, what)),
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

const CLEANUP_PAUSE_MS = HOUR_MS
const ASKED_PAUSE_MS = DAY_MS
