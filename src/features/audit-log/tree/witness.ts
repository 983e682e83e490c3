import { callStore } from '../../../platform/call-store'
import type { Deps } from '../../../platform/deps'
import { HOUR_MS } from '../../../platform/time'
import { refuseMismatch } from '../mismatch'
import { proveConsistency } from '../prove'
import { newestHead, requireOurs } from './heads'
import { readHead, type TreeHead } from './tree-head'

const PREFIX = 'audit/heads/'
const keyAt = (ms: number) => `${PREFIX}${new Date(ms).toISOString().slice(0, 13)}.jws`

/**
 * Puts the first head of each hour where a change of the database does not reach it, once. Looks
 * first whether the log has grown out of the last one there: whoever puts the database back, or
 * writes it anew, is told of here. The log goes on all the same, and the next hour has its witness.
 */
export async function witness(deps: Deps): Promise<void> {
  const { archive } = deps
  const newest = await newestHead(deps)
  if (!newest) return
  // The first of an hour stays: one that somebody has put into the database must not become it.
  const head = await requireOurs(deps, newest)
  const before = await lastWitness(deps, newest.at.getTime())
  // An object that is there stays as it is.
  const onlyIf = { etagDoesNotMatch: '*' }
  await callStore(deps, 'archive', () =>
    archive.put(keyAt(newest.at.getTime()), newest.jws, { onlyIf }),
  )
  if (before !== undefined && before !== newest.jws)
    await requireGrown(deps, readHead(before), head)
}

/** How far back the last witness is looked for, in one list of at most 1,000 names. */
const LOOK_BACK_MS = 900 * HOUR_MS

/** The witness of this hour, or the last one before it. */
async function lastWitness(deps: Pick<Deps, 'archive' | 'patience'>, at: number) {
  const { archive } = deps
  const read = (key: string) =>
    callStore(deps, 'archive', async () => (await archive.get(key))?.text())
  const ofThisHour = await read(keyAt(at))
  if (ofThisHour !== undefined) return ofThisHour
  const startAfter = keyAt(at - LOOK_BACK_MS)
  const { objects } = await callStore(deps, 'archive', () =>
    archive.list({ prefix: PREFIX, startAfter }),
  )
  const last = objects.map(({ key }) => key).findLast((key) => key < keyAt(at))
  return last && read(last)
}

async function requireGrown(deps: Deps, before: TreeHead, head: TreeHead): Promise<void> {
  if (before.size <= head.size) {
    const { first_root: root } = await proveConsistency(deps, before.size, head.size)
    if (root === before.root) return
  }
  const message = `the audit log has not grown out of its last witness, of ${before.size} events`
  await refuseMismatch(deps, { witness: before.size, head: head.size }, message)
}
