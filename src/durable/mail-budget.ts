import { DurableObject } from 'cloudflare:workers'
import {
  type BudgetRequest,
  type BudgetVerdict,
  causesOf,
  dayOf,
  judge,
  type Level,
  LEVELS,
  levelOf,
} from './budget'
import { type Digest, digestStep } from './digest'
import type { Recipient, RecipientWindows } from './recipient-cap'
import type { Window } from './window'

/** The budget of a day: mails by part and kind, and those that were held back. */
export type DayFigures = Readonly<{ level: Level; counts: Readonly<Counts>; resetsAt: number }>

export type BudgetAnswer = Readonly<{
  /** One per request, in their order. */
  verdicts: readonly BudgetVerdict[]
  today: DayFigures
  /** The level of today has not been recorded yet: the caller does, and says so (`noteTold`). */
  isUntold: boolean
}>

export type { Level } from './budget'

type Counts = Record<string, number>
type Today = Readonly<{ counts: Counts; told: Level }>

const isAbove = (one: Level, other: Level) => LEVELS.indexOf(one) > LEVELS.indexOf(other)

/**
 * Decides which mails may go out: one object for the whole service, asked once per batch. The provider
 * stops an account that sends too much for up to a day, and with it every login by mailed code, so the
 * budget is a part of security. Mails are counted when they are let through, whatever becomes of them.
 */
export class MailBudget extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS today (day INTEGER PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS causes
        (day INTEGER, key TEXT, count INTEGER NOT NULL, PRIMARY KEY (day, key)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS charges 
        (id TEXT PRIMARY KEY, day INTEGER NOT NULL, again TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS recipients
        (hash TEXT PRIMARY KEY, windows TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS digests
        (hash TEXT PRIMARY KEY, value TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
    `)
  }

  /** Nothing is awaited in between: batches cannot interleave. */
  async take(
    requests: readonly BudgetRequest[],
    now: number,
    dailyLimit: number,
  ): Promise<BudgetAnswer> {
    const answer = this.ctx.storage.transactionSync(() => {
      const today = this.#today(now)
      const verdicts = requests.map((request) =>
        this.#takeOne(request, today.counts, now, dailyLimit),
      )
      this.#keepToday(today, now)
      const figures = figuresOf(today, now, dailyLimit)
      return { verdicts, today: figures, isUntold: isAbove(figures.level, today.told) }
    })
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
    }
    return answer
  }

  /** What has become of the budget of today. */
  figures(now: number, dailyLimit: number): DayFigures {
    return figuresOf(this.#today(now), now, dailyLimit)
  }

  /** The level is recorded: nobody else has to. */
  noteTold(level: Level, now: number): void {
    const today = this.#today(now)
    if (!isAbove(level, today.told)) return
    this.#keepToday({ ...today, told: level }, now)
  }

  #takeOne(request: BudgetRequest, counts: Counts, now: number, limit: number): BudgetVerdict {
    const { id, digest, standing } = request
    const day = dayOf(now)
    const charged = this.#first<{ again: string }>('SELECT again FROM charges WHERE id = ?', id)
    if (charged)
      return {
        verdict: 'send',
        retryAfterSeconds: 0,
        ...parsed<Pick<BudgetVerdict, 'again'>>(charged.again),
      }
    const step = digestStep(this.#digestOf(digest), id, now)
    if (step.step === 'waits' || step.step === 'digested') {
      this.#keepDigest(digest, step.digest, day)
      const retryAfterSeconds = step.step === 'waits' ? step.retryAfterSeconds : 0
      return { verdict: step.step, retryAfterSeconds }
    }
    const causes = this.#causesOf(request, day)
    const windows = this.#windowsOf(request.recipient)
    const judged = judge(request, { today: counts, causes, windows }, limit, now)
    const { verdict, retryAfterSeconds, charges } = judged
    if (verdict !== 'send') {
      if (verdict !== 'recipient_cap') add(counts, `held:${standing}`)
      return { verdict, retryAfterSeconds }
    }
    for (const charge of charges) add(counts, charge)
    for (const [key, count] of Object.entries(causes)) {
      this.#sql.exec('INSERT OR REPLACE INTO causes VALUES (?, ?, ?)', day, key, count + 1)
    }
    const again = step.step === 'due' ? { again: step.again } : {}
    this.#sql.exec('INSERT INTO charges VALUES (?, ?, ?)', id, day, JSON.stringify(again))
    this.#keepWindows(request.recipient, judged.windows, day)
    this.#keepDigest(digest, { since: now, carrier: null, times: 0 }, day)
    return { verdict, retryAfterSeconds, ...again }
  }

  #first<Row extends Record<string, SqlStorageValue>>(query: string, key: string | number) {
    return this.#sql.exec<Row>(query, key).toArray()[0]
  }

  #today(now: number): Today {
    const query = 'SELECT value FROM today WHERE day = ?'
    const row = this.#first<{ value: string }>(query, dayOf(now))
    return row ? parsed<Today>(row.value) : { counts: {}, told: 'ok' }
  }

  #keepToday(today: Today, now: number): void {
    const value = JSON.stringify(today)
    this.#sql.exec('INSERT OR REPLACE INTO today VALUES (?, ?)', dayOf(now), value)
  }

  #causesOf(request: BudgetRequest, day: number): Record<string, number> {
    const query = 'SELECT count FROM causes WHERE day = ? AND key = ?'
    const counts = causesOf(request).map(({ key }) => {
      const [row] = this.#sql.exec<{ count: number }>(query, day, key).toArray()
      return [key, row?.count ?? 0] as const
    })
    return Object.fromEntries(counts)
  }

  #windowsOf(recipient: Recipient | null): RecipientWindows {
    const of = (hash: string | undefined) => {
      const query = 'SELECT windows FROM recipients WHERE hash = ?'
      const row = hash && this.#first<{ windows: string }>(query, hash)
      return row ? parsed<Window[]>(row.windows) : []
    }
    return { byAsker: of(recipient?.byAsker), byAll: of(recipient?.byAll) }
  }

  #keepWindows(recipient: Recipient | null, windows: RecipientWindows, day: number): void {
    if (recipient === null) return
    for (const by of ['byAsker', 'byAll'] as const) {
      const value = JSON.stringify(windows[by])
      this.#sql.exec(
        'INSERT OR REPLACE INTO recipients VALUES (?, ?, ?)',
        recipient[by],
        value,
        day,
      )
    }
  }

  #digestOf(hash: string | null): Digest | undefined {
    if (hash === null) return undefined
    const row = this.#first<{ value: string }>('SELECT value FROM digests WHERE hash = ?', hash)
    return row && parsed<Digest>(row.value)
  }

  #keepDigest(hash: string | null, digest: Digest, day: number): void {
    if (hash === null) return
    const value = JSON.stringify(digest)
    this.#sql.exec('INSERT OR REPLACE INTO digests VALUES (?, ?, ?)', hash, value, day)
  }

  /** Forgets what can no longer matter: a queue message lives for days, a cause for one. */
  override async alarm() {
    const today = dayOf(Date.now())
    this.#sql.exec('DELETE FROM causes WHERE day < ?', today)
    for (const table of ['charges', 'recipients', 'digests', 'today']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE day < ?`, today - KEPT_DAYS)
    }
    const [left] = this.#sql.exec<{ days: number }>('SELECT count(*) AS days FROM today')
    if (left?.days) await this.ctx.storage.setAlarm(Date.now() + CLEANUP_PAUSE_MS)
  }
}

const CLEANUP_PAUSE_MS = 86_400_000
const KEPT_DAYS = 4

const parsed = <T>(text: string) => JSON.parse(text) as T

function add(counts: Record<string, number>, counter: string): void {
  counts[counter] = (counts[counter] ?? 0) + 1
}

const figuresOf = ({ counts }: Today, now: number, dailyLimit: number): DayFigures => ({
  level: levelOf(counts, dailyLimit),
  counts,
  resetsAt: (dayOf(now) + 1) * 86_400_000,
})
