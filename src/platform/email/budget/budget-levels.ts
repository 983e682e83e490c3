import { type Counts, type Part, PARTS, perCent } from './budget'

export const partSize = (part: Part, limit: number): number => perCent(limit, PARTS[part])

const isFullPart = (part: Part, today: Counts, limit: number): boolean =>
  (today[part] ?? 0) >= partSize(part, limit)

/** `low`: most of the day is used, or all that strangers have; better known mails still go out. */
export const LEVELS = ['ok', 'low', 'out'] as const
export type Level = (typeof LEVELS)[number]

const LOW = 0.8

export function levelOf(today: Counts, limit: number): Level {
  const total = today['total'] ?? 0
  if (total >= limit) return 'out'
  return total >= limit * LOW || isFullPart('stranger', today, limit) ? 'low' : 'ok'
}
