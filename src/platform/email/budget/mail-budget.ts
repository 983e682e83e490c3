import { DurableObject } from 'cloudflare:workers'
import { digestStep } from '../../digest'
import { DAY_MS } from '../../time'
import { type BudgetRequest, type BudgetVerdict, dayOf, judge } from './budget'
import { type Level, levelOf, LEVELS } from './budget-levels'
import { budgetStore, createTables, type Today } from './budget-store'
import { type Breaker, gateOf, probesOf, type Report, withProbe, withReports } from './mail-breaker'

/** The budget of a day: mails by part and kind, and those that were held back. */
export type DayFigures = Readonly<{
  level: Level
  counts: Readonly<Record<string, number>>
  resetsAt: number
}>

export type BudgetAnswer = Readonly<{
  /** One per request, in their order. */
  verdicts: readonly BudgetVerdict[]
  today: DayFigures
  /** The level of today has not been recorded yet: the caller does, and says so (`noteTold`). */
  isUntold: boolean
  breaker: Breaker
}>

const isAbove = (one: Level, other: Level) => LEVELS.indexOf(one) > LEVELS.indexOf(other)

/**
 * Decides which mails may go out: one object for the whole service, asked once per batch. The
 * provider stops an account that sends too much for up to a day, and with it every login by mailed
 * code, so the budget is a part of security. Mails are counted when they are let through, whatever
 * becomes of them. While the provider refuses the account itself none is let through but one that
 * finds out (mail-breaker.ts).
 */
export class MailBudget extends DurableObject<Env> {
  readonly #store = budgetStore(this.ctx.storage.sql)

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    createTables(ctx.storage.sql)
  }

  /** Nothing is awaited in between: batches cannot interleave. */
  async take(
    requests: readonly BudgetRequest[],
    now: number,
    dailyLimit: number,
  ): Promise<BudgetAnswer> {
    const answer = this.ctx.storage.transactionSync(() => {
      const today = this.#store.today(now)
      const verdicts = this.#takeAll(requests, today, now, dailyLimit)
      this.#store.keepToday(today, now)
      const figures = figuresOf(today, now, dailyLimit)
      const isUntold = isAbove(figures.level, today.told)
      return { verdicts, today: figures, isUntold, breaker: this.#store.breaker() }
    })
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
    }
    return answer
  }

  /** What has become of the budget of today. */
  figures(now: number, dailyLimit: number): DayFigures {
    return figuresOf(this.#store.today(now), now, dailyLimit)
  }

  /** The level of the day of that time is recorded: nobody else has to. */
  noteTold(level: Level, now: number): void {
    const today = this.#store.today(now)
    if (!isAbove(level, today.told)) return
    this.#store.keepToday({ ...today, told: level }, now)
  }

  /** Hears what became of mails, and says how the breaker stands then. */
  report(reports: readonly Report[], now: number): Breaker {
    const breaker = withReports(this.#store.breaker(), reports, now)
    this.#store.keepBreaker(breaker)
    return breaker
  }

  /** The database knows of the change of that number. */
  noteStatus(version: number): void {
    const breaker = this.#store.breaker()
    if (breaker.version === version) this.#store.keepBreaker({ ...breaker, isTold: true })
  }

  #takeAll(requests: readonly BudgetRequest[], today: Today, now: number, limit: number) {
    const breaker = this.#store.breaker()
    const { lets, retryAfterSeconds, isWatched } = gateOf(breaker, now, requests[0]?.sender)
    const judged = (request: BudgetRequest): BudgetVerdict => ({
      ...this.#takeOne(request, today.counts, now, limit),
      ...(isWatched && { isWatched }),
    })
    if (lets === 'all') return requests.map(judged)
    const paused: BudgetVerdict = { verdict: 'paused', retryAfterSeconds }
    if (lets === 'none') return requests.map(() => paused)
    const real = requests.filter(({ isDecoy }) => !isDecoy)
    // Each once: to judge counts. Those that the day has no room for hear that.
    const verdicts = new Map<BudgetRequest, BudgetVerdict>()
    const probe = probesOf(breaker, real, now).find((request) => {
      const verdict = judged(request)
      verdicts.set(request, verdict)
      return verdict.verdict === 'send'
    })
    if (probe) this.#store.keepBreaker(withProbe(breaker, now))
    return requests.map((request) => verdicts.get(request) ?? paused)
  }

  #takeOne(
    request: BudgetRequest,
    counts: Today['counts'],
    now: number,
    limit: number,
  ): BudgetVerdict {
    const { id, digest, recipient } = request
    const store = this.#store
    const day = dayOf(now)
    const charged = store.chargeOf(id)
    if (charged) return { verdict: 'send', retryAfterSeconds: 0, ...charged }
    const step = digestStep(store.digestOf(digest), id, now)
    if (step.step === 'waits' || step.step === 'digested') {
      store.keepDigest(digest, step.digest, day)
      const retryAfterSeconds = step.step === 'waits' ? step.retryAfterSeconds : 0
      return { verdict: step.step, retryAfterSeconds }
    }
    const causes = store.causesOf(request, day)
    const state = { today: counts, causes, windows: store.windowsOf(recipient) }
    const { verdict, retryAfterSeconds, charges, windows } = judge(request, state, limit, now)
    if (verdict !== 'send') {
      if (verdict !== 'recipient_cap') add(counts, `held:${request.standing}`)
      return { verdict, retryAfterSeconds }
    }
    for (const charge of charges) add(counts, charge)
    store.addToCauses(causes, day)
    const again = step.step === 'due' ? { again: step.again } : {}
    store.keepCharge(id, again, day)
    store.keepWindows(recipient, windows, day)
    store.keepDigest(digest, { since: now, carrier: null, times: 0 }, day)
    return { verdict, retryAfterSeconds, ...again }
  }

  override async alarm() {
    this.#store.forget(dayOf(Date.now()), KEPT_DAYS)
    if (!this.#store.isEmpty()) await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
  }
}

const CLEANUP_PAUSE_MS = DAY_MS
/** As long as the queue keeps a message. */
const KEPT_DAYS = 14

function add(counts: Record<string, number>, counter: string): void {
  counts[counter] = (counts[counter] ?? 0) + 1
}

const figuresOf = ({ counts }: Today, now: number, dailyLimit: number): DayFigures => ({
  level: levelOf(counts, dailyLimit),
  counts,
  resetsAt: (dayOf(now) + 1) * DAY_MS,
})
