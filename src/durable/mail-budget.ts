import { DurableObject } from 'cloudflare:workers'
import { type BudgetRequest, type BudgetVerdict, dayOf, judge } from './budget'
import {
  type Breaker,
  CLOSED,
  gateOf,
  probesOf,
  type Report,
  withProbe,
  withReports,
} from './mail-breaker'
import type { Window } from './window'

/**
 * Decides which mails may go out: one object for the whole service, asked once per batch. The provider
 * stops an account that sends too much for up to a day, and with it every login by mailed code, so the
 * budget is a part of security. Mails are counted when they are let through, whatever becomes of them.
 * While the provider refuses the account itself none is let through but one that finds out (mail-breaker.ts).
 */
export class MailBudget extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS days (day INTEGER PRIMARY KEY, sent INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS charges (id TEXT PRIMARY KEY, day INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS recipients
        (hash TEXT PRIMARY KEY, windows TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS breaker (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL);
    `)
  }

  /** One verdict per request, in their order. Nothing is awaited in between: batches cannot interleave. */
  async take(
    requests: readonly BudgetRequest[],
    now: number,
    dailyLimit: number,
  ): Promise<BudgetVerdict[]> {
    const verdicts = this.ctx.storage.transactionSync(() =>
      this.#takeAll(requests, now, dailyLimit),
    )
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
    }
    return verdicts
  }

  /** Hears what became of mails, and says how the breaker stands then; `isNew` where that has changed. */
  report(reports: readonly Report[], now: number): { breaker: Breaker; isNew: boolean } {
    const before = this.#breaker()
    const breaker = withReports(before, reports, now)
    this.#keep(breaker)
    return { breaker, isNew: breaker.version > before.version || breaker.ended !== null }
  }

  /** The database knows that mail goes out again. */
  resumed(version: number): void {
    const breaker = this.#breaker()
    if (breaker.version === version) this.#keep({ ...breaker, ended: null })
  }

  #takeAll(requests: readonly BudgetRequest[], now: number, dailyLimit: number): BudgetVerdict[] {
    const breaker = this.#breaker()
    const { lets, retryAfterSeconds, isWatched } = gateOf(breaker, now)
    const judged = (request: BudgetRequest): BudgetVerdict => ({
      ...this.#takeOne(request, now, dailyLimit),
      ...(isWatched && { isWatched }),
    })
    if (lets === 'all') return requests.map(judged)
    const paused: BudgetVerdict = { verdict: 'paused', retryAfterSeconds }
    if (lets === 'none') return requests.map(() => paused)
    const probe = probesOf(breaker, requests).find((request) => judged(request).verdict === 'send')
    // The day has no room for any of them.
    if (!probe) return requests.map(judged)
    this.#keep(withProbe(breaker, now))
    return requests.map((request) => (request === probe ? judged(request) : paused))
  }

  #breaker(): Breaker {
    const [row] = this.#sql.exec<{ state: string }>('SELECT state FROM breaker')
    return row ? (JSON.parse(row.state) as Breaker) : CLOSED
  }

  #keep(breaker: Breaker): void {
    this.#sql.exec('INSERT OR REPLACE INTO breaker VALUES (1, ?)', JSON.stringify(breaker))
  }

  #takeOne(request: BudgetRequest, now: number, dailyLimit: number): BudgetVerdict {
    const { id, recipient } = request
    const day = dayOf(now)
    if (this.#sql.exec('SELECT 1 FROM charges WHERE id = ?', id).toArray().length > 0) {
      return { verdict: 'send', retryAfterSeconds: 0 }
    }
    const [today] = this.#sql.exec<{ sent: number }>('SELECT sent FROM days WHERE day = ?', day)
    const state = { sentToday: today?.sent ?? 0, windows: this.#windowsOf(recipient) }
    const { windows, ...verdict } = judge(request, state, dailyLimit, now)
    if (verdict.verdict !== 'send') return verdict

    this.#sql.exec('INSERT INTO charges VALUES (?, ?)', id, day)
    this.#sql.exec(
      'INSERT INTO days VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET sent = sent + 1',
      day,
    )
    if (recipient !== null) {
      const value = JSON.stringify(windows)
      this.#sql.exec('INSERT OR REPLACE INTO recipients VALUES (?, ?, ?)', recipient, value, day)
    }
    return verdict
  }

  #windowsOf(recipient: string | null): Window[] {
    if (recipient === null) return []
    const query = 'SELECT windows FROM recipients WHERE hash = ?'
    const [row] = this.#sql.exec<{ windows: string }>(query, recipient)
    return row ? (JSON.parse(row.windows) as Window[]) : []
  }

  /** Forgets what can no longer matter: a queue message lives fourteen days at most. */
  override async alarm() {
    const oldest = dayOf(Date.now()) - KEPT_DAYS
    for (const table of ['charges', 'recipients', 'days']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE day < ?`, oldest)
    }
    const [left] = this.#sql.exec<{ days: number }>('SELECT count(*) AS days FROM days')
    if (left?.days) await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
  }
}

const CLEANUP_PAUSE_MS = 86_400_000
const KEPT_DAYS = 14
