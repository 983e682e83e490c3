import { env } from 'cloudflare:workers'
import { afterEach, test } from 'vitest'
import {
  NOTE_KEY,
  readUnknownSince,
  writeUnknownSince,
} from '../../../src/features/merchant-documents/unknown-since'
import { testDeps } from '../../support/test-deps'

afterEach(() => env.ARCHIVE.delete(NOTE_KEY))

const noteOf = (count: number) => new Map(Array.from({ length: count }, (_, at) => [`k${at}`, at]))

test('what is written is read, and of two that write at once one does', async ({ expect }) => {
  const deps = testDeps()
  const none = await readUnknownSince(deps)
  expect(none.since.size).toBe(0)
  await writeUnknownSince(deps, { since: noteOf(1), etag: none.etag })
  await writeUnknownSince(deps, { since: noteOf(2), etag: none.etag })
  const one = await readUnknownSince(deps)
  expect([...one.since]).toEqual([...noteOf(1)])
  await writeUnknownSince(deps, { since: noteOf(3), etag: one.etag })
  await writeUnknownSince(deps, { since: noteOf(2), etag: one.etag })
  expect((await readUnknownSince(deps)).since.size).toBe(3)
})

test('ten thousand keys are noted, the oldest ones', async ({ expect }) => {
  const deps = testDeps()
  await writeUnknownSince(deps, { since: noteOf(10_001), etag: undefined })
  expect((await readUnknownSince(deps)).since).toEqual(noteOf(10_000))
})

test('a note that cannot be read stops the run', async ({ expect }) => {
  await env.ARCHIVE.put(NOTE_KEY, '{"merchants/usr_1/doc_1": "long ago"}')
  await expect(readUnknownSince(testDeps())).rejects.toThrow('expected number')
})
