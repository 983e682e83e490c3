import { desc } from 'drizzle-orm'
import type { Deps } from '../context'
import { publicJwk } from '../crypto/jwt'
import { auditHeads } from '../db/audit-schema'
import { problem } from '../problems'
import { reach } from '../reach'
import { readHead, verifyHead } from './tree-head'

/** The newest signed head; `undefined` before the first event was sealed. */
export async function newestHead({ db }: Pick<Deps, 'db'>) {
  return reach('database', () =>
    db.select().from(auditHeads).orderBy(desc(auditHeads.size)).limit(1).get(),
  )
}

/** The newest head with the keys of heads, newest first, which a verifier pins. */
export async function publishedHead(deps: Pick<Deps, 'db' | 'settings'>) {
  const newest = await newestHead(deps)
  if (!newest) throw problem('not_found', { reason: 'nothing is sealed yet' })
  const keys = deps.settings.AUDIT_KEYS.map(publicJwk)
  return { ...readHead(newest.jws), head: newest.jws, keys }
}

/** Puts the first head of each hour where a change of the database does not reach it, once. */
export async function witness(deps: Pick<Deps, 'db' | 'archive' | 'settings'>): Promise<void> {
  const head = await newestHead(deps)
  if (!head) return
  // The first of an hour stays: one that somebody has put into the database must not become it.
  if (!(await verifyHead(deps.settings.AUDIT_KEYS.map(publicJwk), head.jws)))
    throw new Error(`the head of ${head.size} events is not signed with a key of ours`)
  const key = `audit/heads/${head.at.toISOString().slice(0, 13)}.jws`
  // An object that is there stays as it is.
  const onlyIf = { etagDoesNotMatch: '*' }
  await reach('archive', () => deps.archive.put(key, head.jws, { onlyIf }))
}
