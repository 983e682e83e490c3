import { DurableObject } from 'cloudflare:workers'
import { HOUR_MS } from '../time'
import { type Left, leftOf, type Quota, stricter, take, type Window } from '../window'

/** Whose requests are counted, and how many times the quotas they may use. */
export type Counted = Readonly<{ name: string; times: number }>

export type LimitRequest = Readonly<{
  /** From the narrowest to the widest: a network, and the site that it is a part of. */
  counted: readonly Counted[]
  quotas: readonly Quota[]
  now: number
}>

export type LimitVerdict = Readonly<{
  isAllowed: boolean
  retryAfterSeconds: number
  /** What the strictest counter leaves of each quota. */
  remaining: readonly Left[]
  /** The widest whose quota is used up. */
  refusedFor: string | null
  /** How many were refused for it in this hour, as far as the object remembers. */
  refusals: number
  /** Seconds in which only known browsers may log in from here, 0 for all browsers. */
  strangersWaitSeconds: number
}>

/** What is kept of a name; worth nothing from `until` on. */
type Row = Readonly<{ windows: readonly Window[]; until: number }>

/**
 * Counts the requests of one class of routes: of an account, of an IPv4 address, or of an IPv6 /48
 * with a counter for each /64 in it and one for all of them. A /48 shares an object, so that one
 * call asks both.
 */
export class IpLimiter extends DurableObject<Env> {
  /** Takes one from every quota of all who are counted, or from none: a refusal stores nothing. */
  async take({ counted, quotas, now }: LimitRequest): Promise<LimitVerdict> {
    const counters = counted.flatMap(({ name, times }) => {
      const { windows } = this.#row(name)
      return quotas.map(({ limit, seconds }, index) => ({
        name,
        quota: { limit: limit * times, seconds },
        window: windows[index],
      }))
    })
    const before = counters.map(({ window }) => window)
    const all = counters.map(({ quota }) => quota)
    const { isAllowed, retryAfterSeconds, windows } = take(before, all, now)
    const lefts = counters.map(({ name, quota }, index) => {
      const window = windows[index] ?? { startedAt: now, count: 0 }
      return { name, ...leftOf(window, quota, now) }
    })
    const remaining = quotas.map((_, index) =>
      lefts
        .filter((_left, at) => at % quotas.length === index)
        .map(({ left, resetSeconds }) => ({ left, resetSeconds }))
        .reduce(stricter),
    )
    const strangersWaitSeconds = Math.max(0, this.#row(STRANGERS).until - now) / 1000
    const verdict = { isAllowed, retryAfterSeconds, remaining, strangersWaitSeconds }
    if (!isAllowed) {
      const refusedFor = lefts.findLast(({ left }) => left === 0)?.name ?? OTHERS
      return { ...verdict, refusedFor, refusals: this.#refused(refusedFor, now) }
    }
    for (const { name } of counted) {
      const own = windows.filter((_window, index) => counters[index]?.name === name)
      this.#keep(name, own, quotas)
    }
    await this.#scheduleCleanup(quotas)
    return { ...verdict, refusedFor: null, refusals: 0 }
  }

  /**
   * Counts one of something that is only watched, never refused: how many of it there were in its
   * window.
   */
  async count({ key, quota, now }: { key: string; quota: Quota; now: number }): Promise<number> {
    const { windows } = take(this.#row(key).windows, [{ ...quota, limit: Infinity }], now)
    this.#keep(key, windows, [quota])
    await this.#scheduleCleanup([quota])
    return windows[0]?.count ?? 0
  }

  /**
   * From now on, and for so long, only known browsers may log in from here. Says whether that is
   * new.
   */
  async refuseStrangers({ seconds, now }: { seconds: number; now: number }): Promise<boolean> {
    const isNew = this.#row(STRANGERS).until <= now
    const until = now + seconds * 1000
    this.ctx.storage.kv.put<Row>(STRANGERS, { windows: [], until })
    await this.#scheduleCleanup([])
    return isNew
  }

  #row = (name: string): Row => this.ctx.storage.kv.get<Row>(name) ?? { windows: [], until: 0 }

  #keep(name: string, windows: readonly Window[], quotas: readonly Quota[]) {
    const ends = windows.map(
      ({ startedAt }, index) => startedAt + (quotas[index]?.seconds ?? 0) * 1000,
    )
    this.ctx.storage.kv.put<Row>(name, { windows, until: Math.max(...ends) })
  }

  readonly #refusals = new Map<string, Window>()
  /**
   * In memory alone: a refusal must cost no write, and a count that begins anew says too little at
   * worst.
   */
  #refused(refusedFor: string, now: number): number {
    const isKnown = this.#refusals.has(refusedFor) || this.#refusals.size < MOST_NETWORKS
    // Forgotten, each would be the first again: a network too many is counted with all the others
    // like it.
    const name = isKnown ? refusedFor : OTHERS
    const [window] = take([this.#refusals.get(name)], [REFUSALS], now).windows
    if (window) this.#refusals.set(name, window)
    return window?.count ?? 0
  }

  #hasCleanup = false
  /** Once the longest window is over; after an hour at least, since each alarm costs a call. */
  async #scheduleCleanup(quotas: readonly Quota[]) {
    if (this.#hasCleanup) return
    this.#hasCleanup = true
    // One that is set already stays: moved back by every new start, it would never come.
    if ((await this.ctx.storage.getAlarm()) !== null) return
    const longestMs = Math.max(...quotas.map(({ seconds }) => seconds * 1000), HOUR_MS)
    await this.ctx.storage.setAlarm(Date.now() + longestMs)
  }

  /** Forgets what is worth nothing any more, and the whole object when nothing else is left. */
  override async alarm() {
    this.#hasCleanup = false
    const { kv } = this.ctx.storage
    const rows = [...kv.list<Row>()]
    const over = rows.filter(([, { until }]) => until <= Date.now())
    if (over.length === rows.length) return this.ctx.storage.deleteAll()
    for (const [name] of over) kv.delete(name)
    await this.#scheduleCleanup([])
  }
}

const STRANGERS = 'strangers'
const REFUSALS: Quota = { limit: Infinity, seconds: 3600 }
const MOST_NETWORKS = 1000
const OTHERS = 'others'
