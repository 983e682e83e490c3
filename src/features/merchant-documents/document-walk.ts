import { sql } from 'drizzle-orm'
import { DOCUMENTS_PREFIX } from '../../identity/merchant-profile/document-objects'
import { callStore } from '../../platform/call-store'
import { jobRuns } from '../../platform/db/audit-schema'
import type { Deps } from '../../platform/deps'

/** Pages of objects that one walk reads. */
const PAGES = 5
/** The row of `job_runs` that keeps the place; no job has this name. */
const PLACE = 'drop-leftovers:place'

type Walk = Readonly<{
  /** The keys that it met, each once. */
  keys: readonly string[]
  /** The last of them, where the next walk goes on; `undefined` where it met all there are. */
  last: string | undefined
}>

/**
 * Reads the keys of documents after a place, once round, up to five pages of them: all, where there
 * are no more.
 */
export async function walkDocuments(
  deps: Pick<Deps, 'archive' | 'patience'>,
  start: string,
  pageSize: number,
): Promise<Walk> {
  const seen: string[] = []
  let after = start
  let isRound = false
  for (let page = 0; page < PAGES; page += 1) {
    const options = { prefix: DOCUMENTS_PREFIX, limit: pageSize, startAfter: after }
    const { objects, truncated } = await callStore(deps, 'archive', () =>
      deps.archive.list(options),
    )
    const keys = objects.map(({ key }) => key)
    const unseen = isRound ? keys.filter((key) => key <= start) : keys
    seen.push(...unseen)
    const last = unseen.at(-1)
    if (truncated && last && unseen.length === keys.length) after = last
    else if (isRound) return { keys: seen, last: undefined }
    else [after, isRound] = [DOCUMENTS_PREFIX, true]
  }
  return { keys: seen, last: seen.at(-1) }
}

/** The key after which a walk begins: where the one before ended, or at the first of all. */
export async function readPlace({ db, patience }: Pick<Deps, 'db' | 'patience'>): Promise<string> {
  const [row] = await callStore({ patience }, 'database', () =>
    db
      .select({ place: sql<string | null>`counts ->> 'place'` })
      .from(jobRuns)
      .where(sql`job = ${PLACE}`),
  )
  return row?.place ?? DOCUMENTS_PREFIX
}

/** Notes where a walk has ended. */
export async function notePlace(
  { db, now, patience }: Pick<Deps, 'db' | 'now' | 'patience'>,
  place: string,
): Promise<void> {
  const row = { startedAt: now(), counts: { place } }
  await callStore({ patience }, 'database', () =>
    db
      .insert(jobRuns)
      .values({ job: PLACE, ...row })
      .onConflictDoUpdate({ target: jobRuns.job, set: row }),
  )
}
