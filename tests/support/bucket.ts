/** A bucket of objects of which every call is kept, and of a note that is written and read. */
export function bucketOf(given: readonly string[], note?: string) {
  const keys = given.toSorted()
  const deleted: string[] = []
  const lists: string[][] = []
  const list = async ({ limit = 1000, startAfter = '' }: R2ListOptions) => {
    const from = firstAbove(keys, startAfter)
    const page = keys.slice(from, from + limit)
    lists.push(page)
    const objects = page.map((key) => ({ key }))
    return { objects, truncated: from + limit < keys.length }
  }
  const remove = async (gone: string[]) => void deleted.push(...gone)
  const put = async (_key: string, content: string) => void (note = content)
  const get = async () =>
    note === undefined ? null : { etag: 'x', json: async () => JSON.parse(note ?? '') as unknown }
  const archive = { list, delete: remove, put, get } as unknown as R2Bucket
  return { archive, keys, deleted, lists }
}

function firstAbove(keys: readonly string[], bound: string): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] ?? '') <= bound) low = middle + 1
    else high = middle
  }
  return low
}
