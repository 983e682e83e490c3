import type { Deps } from '../platform/deps'

/** Everything of merchants in the archive. */
export const DOCUMENTS_PREFIX = 'merchants/'

/** Where the bytes of a document are: a name of ours alone, of two random ids. */
export const objectKey = (userId: string, id: string): string =>
  `${DOCUMENTS_PREFIX}${userId}/${id}`

/** Removes all objects of a merchant, rows or not. */
export async function dropObjects({ archive }: Pick<Deps, 'archive'>, userId: string) {
  for (;;) {
    const { objects, truncated } = await archive.list({ prefix: objectKey(userId, '') })
    if (objects.length > 0) await archive.delete(objects.map(({ key }) => key))
    if (!truncated) return
  }
}
