import { DAY_MS } from '../../time'
import { CAPS, capsOf, type MailKind, type Standing } from './budget-caps'
import { type Recipient, type RecipientWindows, takeOfRecipient } from './recipient-cap'

/** A mail that asks whether it may go out. Hashes are keyed; `null` is nothing to count by. */
export type BudgetRequest = Readonly<{
  /** Of the mail: redelivered, or in another message, it is the same and is not charged again. */
  id: string
  /** As which it is to be sent (platform/email/sender.ts). */
  sender: string
  /** A mail to nobody is counted like a real one, and finds nothing out. */
  isDecoy: boolean
  standing: Standing
  kind: MailKind
  account: string | null
  /**
   * An IPv4 address or an IPv6 /64, and the /48 of the latter. Without a network there is no share
   * to come first: it goes out as a repeat.
   */
  network: string | null
  site: string | null
  /** Of what a stranger has mailed to a reader; `null` is not capped. */
  recipient: Recipient | null
  /** Of recipient and template: more of the same within a day become one mail (digest.ts). */
  digest: string | null
  /** When it was asked for, milliseconds. Mails asked for an hour apart are no flood when the queue lags. */
  askedAt: number
  /** It has waited for long: such mails leave half of the day to those of today. */
  isLate: boolean
}>

/**
 * `share_used`: its cause has had its share, and there is nothing to spare. `waits`: it carries the
 * digest, and goes out when the day of the first is over. `digested`: that one tells of it.
 * `paused`: the mail server refuses our account (mail-breaker.ts).
 */
type Verdict =
  | 'send'
  | 'recipient_cap'
  | 'share_used'
  | 'daily_cap'
  | 'waits'
  | 'digested'
  | 'paused'

export type BudgetVerdict = Readonly<{
  verdict: Verdict
  /** Seconds until asking again can help, 0 for `send`. */
  retryAfterSeconds: number
  /** Of a digest: how often since when, without the mail itself. */
  again?: Readonly<{ times: number; since: number }>
  /** Of `send`: what becomes of it has to be reported, good or bad (mail-breaker.ts). */
  isWatched?: boolean
}>

/** Mails of today by counter. */
export type Counts = Readonly<Record<string, number>>

/**
 * The parts of a day's limit, in per cent. More than two thirds are out of the reach of strangers.
 */
export const PARTS = { known: 47, account: 25, stranger: 28 } as const
export type Part = keyof typeof PARTS

type Terms = Readonly<{
  /**
   * Where it may be charged, the first that has room. Nobody takes from those who are better known.
   */
  parts: readonly Part[]
  /** What one cause may have before others have had theirs: in mails. */
  account: (limit: number) => number
  network: (limit: number) => number
  /** More than this no cause has in a day, in per cent of the limit. */
  most: number
}>

/** One mail for each five hundred of the limit: a hundred networks cannot use up a part. */
const perCause = (limit: number) => Math.min(20, Math.max(1, Math.floor(limit / 500)))
const upTo = (share: number) => (limit: number) => perCent(limit, share)
const twice = (limit: number) => 2 * perCause(limit)

const TERMS: Readonly<Record<Standing, Terms>> = {
  known: { parts: ['known', 'account', 'stranger'], account: twice, network: upTo(5), most: 20 },
  account: { parts: ['account', 'stranger'], account: twice, network: upTo(2), most: 10 },
  young: { parts: ['stranger'], account: perCause, network: perCause, most: 4 },
  stranger: { parts: ['stranger'], account: perCause, network: perCause, most: 4 },
  service: { parts: ['known'], account: upTo(100), network: upTo(100), most: 100 },
}

/**
 * Repeats are let through while less than this of a part is used: at midnight, at the day's end.
 */
const PACE: Readonly<Record<Part, readonly [atOnce: number, inAll: number]>> = {
  known: [0.05, 1],
  account: [0.05, 0.6],
  stranger: [0.05, 0.8],
}

/** Rounded up: a share of a small limit is at least one mail. */
export const perCent = (limit: number, share: number) => Math.ceil((limit * share) / 100)

/** The day of the budget, in UTC, as a number. */
export const dayOf = (now: number): number => Math.floor(now / DAY_MS)

/** Seconds until the next UTC day. */
const secondsToNextDay = (now: number): number => ((dayOf(now) + 1) * DAY_MS - now) / 1000

/** The counters of the causes of a mail, and how many shares each is worth: a /48 has two. */
export function causesOf({ standing, account, network, site }: BudgetRequest) {
  const of = (name: string, hash: string | null, share: 'account' | 'network', worth = 1) =>
    hash === null ? [] : [{ key: `${name}:${hash}`, share, worth }]
  const side = standing === 'young' ? 'stranger' : standing
  return [
    ...of('account', account, 'account'),
    ...of(side, network, 'network'),
    ...of(side, site, 'network', 2),
  ]
}

/**
 * Judges one mail that has not been charged yet. The first mails of each cause come out of its
 * part, whatever the clock says. Repeats are let through while the part is ahead of the clock, so
 * that they compete with each other and never with the first mail of anyone.
 */
export function judge(
  request: BudgetRequest,
  state: { today: Counts; causes: Counts; windows: RecipientWindows },
  limit: number,
  now: number,
): BudgetVerdict & { windows: RecipientWindows; charges: readonly string[] } {
  const { windows } = state
  const refused = (verdict: Verdict, retryAfterSeconds: number) =>
    ({ verdict, retryAfterSeconds, windows, charges: [] }) as const
  const taken = request.recipient && takeOfRecipient(windows, request.askedAt)
  if (taken && !taken.isAllowed) return refused('recipient_cap', taken.retryAfterSeconds)
  const charges = chargesOf(request, state, limit, now)
  if (!charges) {
    const isForOthers = chargesOf(request, { ...state, causes: {} }, limit, now)
    return refused(isForOthers ? 'share_used' : 'daily_cap', secondsToNextDay(now))
  }
  return { verdict: 'send', retryAfterSeconds: 0, windows: taken?.windows ?? windows, charges }
}

/** The counters of today that pay for a mail; `undefined` if there are none with room. */
function chargesOf(
  request: BudgetRequest,
  { today, causes }: { today: Counts; causes: Counts },
  limit: number,
  now: number,
): readonly string[] | undefined {
  const { standing, network, isLate } = request
  const has = (counter: string, most: number) => (today[counter] ?? 0) < most
  const hasRoom = (counter: string, share: number) =>
    has(counter, perCent(limit, isLate ? share / 2 : share))
  const caps = capsOf(request)
  if (!has('total', limit) || !caps.every((cap) => hasRoom(cap, CAPS[cap]))) return undefined
  const terms = TERMS[standing]
  const isWithin = (most: (share: 'account' | 'network') => number) =>
    causesOf(request).every(({ key, share, worth }) => (causes[key] ?? 0) < most(share) * worth)
  if (!isWithin(() => Math.max(10, perCent(limit, terms.most)))) return undefined
  const charged = (part: Part, ...more: string[]) => ['total', part, ...caps, ...more]
  const hasPart = (part: Part) => hasRoom(part, PARTS[part])
  const hasShare = network !== null || standing === 'service'
  if (hasShare && isWithin((share) => terms[share](limit))) {
    const part = terms.parts.find(hasPart)
    if (part) return charged(part)
  }
  // The first code of a new account, whose network has just asked for the link.
  const isFirstCode =
    standing === 'young' &&
    hasShare &&
    isWithin((share) => (share === 'account' ? terms.account(limit) : 2 * terms.network(limit)))
  if (isFirstCode && hasRoom('young', CAPS.young) && hasPart('account'))
    return charged('account', 'young')
  const passed = 1 - secondsToNextDay(now) / 86_400
  const part = terms.parts.find((one) => {
    const [atOnce, inAll] = PACE[one]
    const paced = perCent(limit, PARTS[one] * (atOnce + (inAll - atOnce) * passed))
    return has(one, paced) && hasPart(one)
  })
  return part && charged(part)
}
