import type { Digest } from '../../digest'
import type { Window } from '../../window'
import { type BudgetRequest, causesOf, dayOf } from './budget'
import type { Level } from './budget-levels'
import { type Breaker, CLOSED } from './mail-breaker'
import type { Recipient, RecipientWindows } from './recipient-cap'

/** Mails of today by counter, and the level of today that is recorded. */
export type Today = Readonly<{ counts: Record<string, number>; told: Level }>

/** How often since when a mail tells of, where it carries a digest. */
export type Again = Readonly<{ again?: Readonly<{ times: number; since: number }> }>

const parsed = <T>(text: string) => JSON.parse(text) as T

export function createTables(sql: SqlStorage): void {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS today (day INTEGER PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS causes
      (day INTEGER, key TEXT, count INTEGER NOT NULL, PRIMARY KEY (day, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS charges
      (id TEXT PRIMARY KEY, day INTEGER NOT NULL, again TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS recipients
      (hash TEXT PRIMARY KEY, windows TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS digests
      (hash TEXT PRIMARY KEY, value TEXT NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS breaker (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL);
  `)
}

/** What the budget of mails keeps, by name. Times in milliseconds, days as `dayOf` counts them. */
export function budgetStore(sql: SqlStorage) {
  const first = <Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...keys: SqlStorageValue[]
  ) => sql.exec<Row>(query, ...keys).toArray()[0]

  const windowsUnder = (hash: string | undefined) => {
    const query = 'SELECT windows FROM recipients WHERE hash = ?'
    const row = hash === undefined ? undefined : first<{ windows: string }>(query, hash)
    return row ? parsed<Window[]>(row.windows) : []
  }

  return {
    today(now: number): Today {
      const query = 'SELECT value FROM today WHERE day = ?'
      const row = first<{ value: string }>(query, dayOf(now))
      return row ? parsed<Today>(row.value) : { counts: {}, told: 'ok' }
    },
    keepToday(today: Today, now: number): void {
      const value = JSON.stringify(today)
      sql.exec('INSERT OR REPLACE INTO today (day, value) VALUES (?, ?)', dayOf(now), value)
    },

    /** Mails of a day by each cause of this one. */
    causesOf(request: BudgetRequest, day: number): Record<string, number> {
      const query = 'SELECT count FROM causes WHERE day = ? AND key = ?'
      const counts = causesOf(request).map(
        ({ key }) => [key, first<{ count: number }>(query, day, key)?.count ?? 0] as const,
      )
      return Object.fromEntries(counts)
    },
    /** Counts one mail more by each of its causes. */
    addToCauses(causes: Readonly<Record<string, number>>, day: number): void {
      for (const [key, count] of Object.entries(causes)) {
        const query = 'INSERT OR REPLACE INTO causes (day, key, count) VALUES (?, ?, ?)'
        sql.exec(query, day, key, count + 1)
      }
    },

    /** What a mail that was let through before carries. */
    chargeOf(id: string): Again | undefined {
      const row = first<{ again: string }>('SELECT again FROM charges WHERE id = ?', id)
      return row && parsed<Again>(row.again)
    },
    keepCharge(id: string, again: Again, day: number): void {
      const query = 'INSERT INTO charges (id, day, again) VALUES (?, ?, ?)'
      sql.exec(query, id, day, JSON.stringify(again))
    },

    windowsOf: (recipient: Recipient | null): RecipientWindows => ({
      byAsker: windowsUnder(recipient?.byAsker),
      byAll: windowsUnder(recipient?.byAll),
    }),
    keepWindows(recipient: Recipient | null, windows: RecipientWindows, day: number): void {
      if (recipient === null) return
      for (const by of ['byAsker', 'byAll'] as const) {
        const value = JSON.stringify(windows[by])
        const query = 'INSERT OR REPLACE INTO recipients (hash, windows, day) VALUES (?, ?, ?)'
        sql.exec(query, recipient[by], value, day)
      }
    },

    digestOf(hash: string | null): Digest | undefined {
      const row = first<{ value: string }>('SELECT value FROM digests WHERE hash = ?', hash)
      return row && parsed<Digest>(row.value)
    },
    keepDigest(hash: string | null, digest: Digest, day: number): void {
      if (hash === null) return
      const value = JSON.stringify(digest)
      const query = 'INSERT OR REPLACE INTO digests (hash, value, day) VALUES (?, ?, ?)'
      sql.exec(query, hash, value, day)
    },

    breaker(): Breaker {
      const row = first<{ state: string }>('SELECT state FROM breaker')
      return row ? parsed<Breaker>(row.state) : CLOSED
    },
    keepBreaker(breaker: Breaker): void {
      const query = 'INSERT OR REPLACE INTO breaker (id, state) VALUES (1, ?)'
      sql.exec(query, JSON.stringify(breaker))
    },

    /** Forgets what can no longer matter: a queue message lives for days, a cause for one. */
    forget(today: number, days: number): void {
      sql.exec('DELETE FROM causes WHERE day < ?', today)
      for (const table of ['charges', 'recipients', 'digests', 'today']) {
        sql.exec(`DELETE FROM ${table} WHERE day < ?`, today - days)
      }
    },
    isEmpty: (): boolean => first('SELECT 1 FROM today LIMIT 1') === undefined,
  }
}
