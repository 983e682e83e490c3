import type { Deps } from '../context'
import { reach } from '../reach'
import { DOCUMENTS_PREFIX } from './document-objects'

/** Pages of objects that one walk reads. */
const PAGES = 5
/** Walks that begin in the same span of time begin at the same place. */
const WALK_MS = 900_000
/** In the order of the archive's keys. */
const BASE64URL = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const SIGNS = 4
/** The golden ratio: its steps leave no place out for long, and need no note of the one before. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The keys of documents from a place on, once round, up to five pages of them: all, where there are
 * no more. The place changes each quarter of an hour, and the ids that it stands among are random.
 */
export async function walkDocuments(
  deps: Pick<Deps, 'archive' | 'now' | 'patience'>,
  pageSize: number,
): Promise<string[]> {
  const start = placeAt(deps.now().getTime())
  const seen: string[] = []
  let after = start
  let isRound = false
  for (let page = 0; page < PAGES; page += 1) {
    const options = { prefix: DOCUMENTS_PREFIX, limit: pageSize, startAfter: after }
    const { objects, truncated } = await reach(deps, 'archive', () => deps.archive.list(options))
    const keys = objects.map(({ key }) => key)
    const unseen = isRound ? keys.filter((key) => key <= start) : keys
    seen.push(...unseen)
    const last = unseen.at(-1)
    if (truncated && last && unseen.length === keys.length) after = last
    else if (isRound) break
    else [after, isRound] = [DOCUMENTS_PREFIX, true]
  }
  return seen
}

function placeAt(ms: number): string {
  const place = Math.floor(((Math.floor(ms / WALK_MS) * GOLDEN) % 1) * BASE64URL.length ** SIGNS)
  const signs = Array.from({ length: SIGNS }, (_, at) =>
    BASE64URL.charAt(Math.floor(place / BASE64URL.length ** (SIGNS - 1 - at)) % BASE64URL.length),
  )
  return `${DOCUMENTS_PREFIX}usr_${signs.join('')}`
}
