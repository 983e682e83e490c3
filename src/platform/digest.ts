import { DAY_MS } from './time'

/**
 * Notices of one sort to one reader: the first went out at `since`, and `carrier` will tell of the
 * rest.
 */
export type Digest = Readonly<{ since: number; carrier: string | null; times: number }>

export const DIGEST_MS = DAY_MS

export type DigestStep =
  | Readonly<{ step: 'waits'; digest: Digest; retryAfterSeconds: number }>
  | Readonly<{ step: 'digested'; digest: Digest }>
  | Readonly<{ step: 'due'; again: Readonly<{ times: number; since: number }> }>
  | Readonly<{ step: 'first' }>

/**
 * What becomes of a notice when others of its sort may have gone out within the day: the first goes
 * at once, the next waits for the end of that day, and all further ones are only counted, for that
 * one to tell. A carrier that is lost is waited for a day longer.
 */
export function digestStep(digest: Digest | undefined, id: string, now: number): DigestStep {
  if (!digest) return { step: 'first' }
  const { since, carrier, times } = digest
  const end = since + DIGEST_MS
  const retryAfterSeconds = Math.ceil((end - now) / 1000)
  if (carrier === id) {
    if (now < end) return { step: 'waits', digest, retryAfterSeconds }
    return { step: 'due', again: { times, since } }
  }
  if (now >= (carrier === null ? end : end + DIGEST_MS)) return { step: 'first' }
  if (carrier !== null) return { step: 'digested', digest: { ...digest, times: times + 1 } }
  return { step: 'waits', digest: { since, carrier: id, times: 1 }, retryAfterSeconds }
}
