import { desc } from 'drizzle-orm'
import { callStore } from '../../../platform/call-store'
import { publicJwk } from '../../../platform/crypto/jwt'
import { auditHeads } from '../../../platform/db/audit-schema'
import type { Deps } from '../../../platform/deps'
import { problem } from '../../../platform/problems'
import { refuseMismatch } from '../mismatch'
import { readHead, verifyHead } from './tree-head'

/** The newest signed head; `undefined` before the first event was sealed. */
export async function newestHead(deps: Pick<Deps, 'db' | 'patience'>) {
  return callStore(deps, 'database', () =>
    deps.db.select().from(auditHeads).orderBy(desc(auditHeads.size)).limit(1).get(),
  )
}

/** The newest head with the keys of heads, newest first, which a verifier pins. */
export async function publishedHead(deps: Pick<Deps, 'db' | 'settings' | 'patience'>) {
  const newest = await newestHead(deps)
  if (!newest) throw problem('not_found', { reason: 'nothing is sealed yet' })
  const keys = deps.settings.AUDIT_KEYS.map(publicJwk)
  return { ...readHead(newest.jws), head: newest.jws, keys }
}

/** What a head of our store says, if a key of ours has signed it: nothing is built on any other. */
export async function requireOurs(deps: Deps, { jws, size }: { jws: string; size: number }) {
  const head = await verifyHead(deps.settings.AUDIT_KEYS.map(publicJwk), jws)
  return (
    head ??
    refuseMismatch(
      deps,
      { head: size },
      `the head of ${size} events is not signed with a key of ours`,
    )
  )
}
