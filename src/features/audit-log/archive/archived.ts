import { callStore } from '../../../platform/call-store'
import type { Deps } from '../../../platform/deps'
import { refuseMismatch } from '../mismatch'
import { manifestKey, segmentKey } from './segment'

type Manifest = Readonly<{ root: string; sha256: string; bytes: number }>

const manifestOf = ({ archive, patience }: Pick<Deps, 'archive' | 'patience'>, first: number) =>
  callStore({ patience }, 'archive', async () =>
    (await archive.get(manifestKey(first)))?.json<Manifest>(),
  )

/**
 * Stops unless the archive has the segment that was noted: another bucket or database is bound, or
 * the objects are gone, and what D1 still has of these events is the last copy.
 */
export async function requireArchived(
  deps: Deps,
  { first, sha256 }: { first: number; sha256: string },
): Promise<void> {
  const manifest = await manifestOf(deps, first)
  const segment = await callStore(deps, 'archive', () => deps.archive.head(segmentKey(first)))
  if (manifest?.sha256 === sha256 && segment?.size === manifest.bytes) return
  await refuseMismatch(deps, { segment: first }, `the archive does not have segment ${first}`)
}

/**
 * Stops where the archive has another history under these numbers: the database of that one has
 * deleted its events, and what would be overwritten is the last copy.
 */
export async function requireFree(deps: Deps, first: number, root: string): Promise<void> {
  const kept = await manifestOf(deps, first)
  if (!kept || kept.root === root) return
  await refuseMismatch(deps, { segment: first }, `the archive has another segment ${first}`)
}
