import {
  type BudgetRequest,
  type BudgetVerdict,
  causesOf,
  judge,
} from '../../../../src/platform/email/budget/budget'
import { type MailKind, type Standing } from '../../../../src/platform/email/budget/budget-caps'

/** One mail of a simulated day: when, who causes it, and whose it is. */
export type Event = Readonly<{
  at: number
  group: string
  standing: Standing
  kind: MailKind
  account?: string
  network: string | null
  site?: string
  isLate?: boolean
}>

export type Ask = (request: BudgetRequest, now: number) => BudgetVerdict['verdict']

const NO_WINDOWS = { byAsker: [], byAll: [] }

/** The judge of the service over a day that is kept in memory. */
export function ledger(limit: number): Ask {
  const today: Record<string, number> = {}
  const causes: Record<string, number> = {}
  return (request, now) => {
    const { verdict, charges } = judge(request, { today, causes, windows: NO_WINDOWS }, limit, now)
    if (verdict !== 'send') return verdict
    const add = (counts: Record<string, number>, key: string) => {
      counts[key] = (counts[key] ?? 0) + 1
    }
    for (const charge of charges) add(today, charge)
    for (const { key } of causesOf(request)) add(causes, key)
    return verdict
  }
}

const DAY = 86_400_000

/** Numbers that are spread alike in each run. */
function spread(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** Honest demand of a part of the limit: 70 % known browsers, 25 % new ones, 5 % sign-ups. */
export function honestDay(limit: number, share = 0.6, seed = 7): Event[] {
  const random = spread(seed)
  const mails = Math.round(limit * share)
  const events: Event[] = []
  for (let index = 0; index < mails; index += 1) {
    const at = Math.floor(random() * DAY)
    const person = `honest${index}`
    // One person in ten works where nine others do.
    const network = random() < 0.1 ? `office${Math.floor(index / 100)}` : person
    const place = index % 20
    if (place < 14) {
      // Every third one signs in a second time that day.
      const account = place > 0 && index % 3 === 2 ? `honest${index - 1}` : person
      const from = account === person ? network : account
      events.push({ at, group: 'known', standing: 'known', kind: 'other', account, network: from })
    } else if (place < 19) {
      const who = { standing: 'account', account: person } as const
      events.push({ at, group: 'new device', ...who, kind: 'other', network })
    } else {
      const who = { standing: 'stranger', kind: 'sign_up', network: person } as const
      events.push({ at, group: 'sign-up', ...who })
      const code = { standing: 'young', kind: 'other', account: person, network: person } as const
      events.push({ at: Math.min(DAY - 1, at + 120_000), group: 'first code', ...code })
    }
  }
  return events
}

/**
 * An attacker who tries everything at midnight and again each hour: sign-ups, resets and locks of
 * known addresses, codes of accounts made today, and 22 old accounts in known browsers. Either each
 * network in turn, or each as far as it goes; four of them share a /48.
 */
export function* attack(
  networks: number,
  order: 'singles' | 'repeats' | 'sites',
  rounds = 24,
): Generator<Event> {
  const kinds = ['sign_up', 'reset', 'lock'] as const
  const repeats = networks > 1000 ? 3 : 6
  const site = (index: number) => (order === 'sites' ? { site: `bad48/${index >> 2}` } : {})
  const from = (index: number) => ({ network: `bad${index}`, ...site(index) })
  const one = function* (at: number, index: number, step: number): Generator<Event> {
    const who = { at, group: 'attack', ...from(index) }
    const kind = kinds[(index + step) % kinds.length] ?? 'lock'
    yield { ...who, standing: 'stranger', kind }
    yield { ...who, standing: 'young', kind: 'other', account: `young${index}/${step}` }
  }
  for (let round = 0; round < rounds; round += 1) {
    const at = Math.floor((round * DAY) / rounds)
    for (let aged = 0; aged < 22; aged += 1) {
      const who = { at, group: 'attack', account: `aged${aged}`, ...from(aged % networks) }
      for (let step = 0; step < 6; step += 1) {
        yield { ...who, standing: 'known', kind: 'other' }
        yield { ...who, standing: 'account', kind: 'other' }
      }
    }
    if (order !== 'repeats') {
      for (let step = 0; step < repeats; step += 1) {
        for (let index = 0; index < networks; index += 1) yield* one(at, index, step)
      }
    } else {
      for (let index = 0; index < networks; index += 1) {
        for (let step = 0; step < repeats; step += 1) yield* one(at, index, step)
      }
    }
  }
}

const MIDNIGHT = Date.UTC(2026, 10, 24)

/** The part of each group's mails that went out at once. The attacker is served first. */
export function runDay(ask: Ask, events: readonly Event[]): Record<string, number> {
  const asked: Record<string, number> = {}
  const sent: Record<string, number> = {}
  const inOrder = events.toSorted((a, b) => a.at - b.at)
  inOrder.forEach(({ at, group, ...event }, index) => {
    const now = MIDNIGHT + at
    const request = {
      id: String(index),
      account: null,
      site: null,
      sender: 'us',
      isDecoy: false,
      recipient: null,
      digest: null,
      askedAt: now,
      isLate: false,
      ...event,
    }
    asked[group] = (asked[group] ?? 0) + 1
    const isSent = ask(request, now) === 'send'
    sent[group] = (sent[group] ?? 0) + (isSent ? 1 : 0)
  })
  return Object.fromEntries(
    Object.entries(asked).map(([group, count]) => [group, (sent[group] ?? 0) / count]),
  )
}
