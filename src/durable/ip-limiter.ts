import { DurableObject } from 'cloudflare:workers'
import { type Quota, secondsLeft, take, type Window, windowAt } from './window'

export type LimitRequest = Readonly<{
  /** The part of the address that one subscriber holds: an IPv4 address or an IPv6 /64. */
  network: string
  quotas: readonly Quota[]
  /** What all networks of this object together may do before an alarm is raised. */
  alarm: Quota
  now: number
}>

export type LimitVerdict = Readonly<{
  isAllowed: boolean
  retryAfterSeconds: number
  /** Per quota: what is left, and the seconds until it is whole again. */
  remaining: readonly { left: number; resetSeconds: number }[]
  /** How many of this network were refused in this hour, as far as the object remembers. */
  refusals: number
  /** True once a window: the site as a whole has passed the alarm's quota. */
  raisesAlarm: boolean
}>

/**
 * Counts the requests of one IPv4 address, or of one IPv6 /48 with a counter for each /64 in it, for
 * one class of routes. A /48 shares an object so that a burst over many of its /64 is seen at all.
 */
export class IpLimiter extends DurableObject<Env> {
  async take({ network, quotas, alarm, now }: LimitRequest): Promise<LimitVerdict> {
    const { kv } = this.ctx.storage
    const result = take(kv.get<Window[]>(network) ?? [], quotas, now)
    const remaining = quotas.map((quota, index) => {
      const window = result.windows[index] ?? { startedAt: now, count: 0 }
      const left = Math.max(0, quota.limit - window.count)
      return { left, resetSeconds: Math.ceil(secondsLeft(window, quota, now)) }
    })
    const verdict = { isAllowed: result.isAllowed, retryAfterSeconds: result.retryAfterSeconds }
    if (!result.isAllowed) {
      return { ...verdict, remaining, raisesAlarm: false, refusals: this.#refused(network, now) }
    }

    kv.put(network, result.windows)
    const raisesAlarm = network.includes(':') && this.#countSite(alarm, now)
    await this.#scheduleCleanup()
    return { ...verdict, remaining, raisesAlarm, refusals: 0 }
  }

  /** Counts one of something that is only watched, never refused: how many of it there were in its window. */
  async count({ key, quota, now }: { key: string; quota: Quota; now: number }): Promise<number> {
    const { kv } = this.ctx.storage
    const before = kv.get<Window[]>(key) ?? []
    const [window] = take(before, [{ ...quota, limit: Infinity }], now).windows
    if (window) kv.put(key, [window])
    await this.#scheduleCleanup()
    return window?.count ?? 0
  }

  /** Uses up whatever a network has left of its quotas. */
  async exhaust({ network, quotas, now }: Omit<LimitRequest, 'alarm'>): Promise<void> {
    const { kv } = this.ctx.storage
    const before = kv.get<Window[]>(network) ?? []
    const spent = quotas.map((quota, index) => ({
      ...windowAt(before[index], quota, now),
      count: quota.limit,
    }))
    kv.put(network, spent)
    await this.#scheduleCleanup()
  }

  readonly #refusals = new Map<string, Window>()
  /** In memory alone: a refusal must cost no write, and a count that begins anew says too little at worst. */
  #refused(network: string, now: number): number {
    const isKnown = this.#refusals.has(network) || this.#refusals.size < MOST_NETWORKS
    // Forgotten, each would be the first again: a network too many is counted with all the others like it.
    const name = isKnown ? network : OTHERS
    const [window] = take([this.#refusals.get(name)], [REFUSALS], now).windows
    if (window) this.#refusals.set(name, window)
    return window?.count ?? 0
  }

  /** Counts one for the whole /48; true for the one that passes the alarm's quota. */
  #countSite(alarm: Quota, now: number): boolean {
    const { kv } = this.ctx.storage
    const [window] = take([kv.get<Window>(SITE)], [{ ...alarm, limit: Infinity }], now).windows
    if (window) kv.put(SITE, window)
    return window?.count === alarm.limit + 1
  }

  #hasCleanup = false
  async #scheduleCleanup() {
    if (this.#hasCleanup) return
    this.#hasCleanup = true
    // One that is set already stays: moved back by every new start, it would never come.
    if ((await this.ctx.storage.getAlarm()) !== null) return
    await this.ctx.storage.setAlarm(Date.now() + LONGEST_WINDOW_MS)
  }

  /** Forgets the networks whose windows have passed, and the whole object when none is left. */
  override async alarm() {
    this.#hasCleanup = false
    const { kv } = this.ctx.storage
    const entries = [...kv.list<Window | Window[]>()]
    const isOver = (value: Window | Window[]) =>
      [value].flat().every(({ startedAt }) => startedAt + LONGEST_WINDOW_MS <= Date.now())
    const over = entries.filter(([, value]) => isOver(value))
    if (over.length === entries.length) return this.ctx.storage.deleteAll()
    for (const [key] of over) kv.delete(key)
    await this.#scheduleCleanup()
  }
}

const SITE = 'site'
const REFUSALS: Quota = { limit: Infinity, seconds: 3600 }
const MOST_NETWORKS = 1000
const OTHERS = 'others'
/** RATE_LIMITS may name windows of up to a day. */
const LONGEST_WINDOW_MS = 86_400_000
