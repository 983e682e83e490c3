/** A bucket of objects uploaded at one time, of which every call is kept. */
export function bucketOf(given: readonly string[], uploaded = new Date(0)) {
  const keys = given.toSorted()
  const deleted: string[] = []
  const lists: string[][] = []
  const list = async ({ limit = 1000, startAfter = '' }: R2ListOptions) => {
    const from = firstAbove(keys, startAfter)
    const page = keys.slice(from, from + limit)
    lists.push(page)
    const objects = page.map((key) => ({ key, uploaded }))
    return { objects, truncated: from + limit < keys.length }
  }
  const remove = async (gone: string[]) => void deleted.push(...gone)
  const archive = { list, delete: remove } as unknown as R2Bucket
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
