import { sql } from 'drizzle-orm'
import { callStore } from '../../../platform/call-store'
import type { Deps } from '../../../platform/deps'
import { problem } from '../../../platform/problems'
import { decodeTile, tileName, type TileRef, type Tiles } from './tiles'

/** Where full tiles lie in the archive, 8 KiB each. */
export const tileKey = ({ level, number }: TileRef): string => `audit/tiles/${level}/${number}`

/** Tiles of D1, in one query, by key; those that are not there are missing in the answer. */
export async function storedTiles(deps: Pick<Deps, 'db' | 'patience'>, refs: readonly TileRef[]) {
  if (refs.length === 0) return new Map<string, ReturnType<typeof decodeTile>>()
  const keys = JSON.stringify(refs.map(({ level, number }) => [level, number]))
  const rows = await callStore(deps, 'database', () =>
    deps.db.all<{ level: number; number: number; hashes: string }>(
      sql`SELECT tile.level, tile.number, tile.hashes FROM json_each(${keys}) AS ref
        CROSS JOIN audit_tiles AS tile
        ON tile.level = ref.value ->> 0 AND tile.number = ref.value ->> 1`,
    ),
  )
  const tiles: Tiles = new Map()
  for (const row of rows) tiles.set(tileName(row), decodeTile(Buffer.from(row.hashes, 'base64')))
  return tiles
}

/** Tiles wherever they are: what D1 has given away lies in the archive. */
export async function readTiles(
  deps: Pick<Deps, 'db' | 'archive' | 'patience'>,
  refs: readonly TileRef[],
): Promise<Tiles> {
  const tiles = await storedTiles(deps, refs)
  const others = refs.filter((ref) => !tiles.has(tileName(ref)))
  await Promise.all(
    others.map(async (ref) => {
      const object = await callStore(deps, 'archive', () => deps.archive.get(tileKey(ref)))
      if (!object) throw problem('service_unavailable', { reason: `no tile ${tileName(ref)}` })
      tiles.set(tileName(ref), decodeTile(new Uint8Array(await object.arrayBuffer())))
    }),
  )
  return tiles
}
