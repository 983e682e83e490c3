import * as z from 'zod'
import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'

/** In the bucket and not in D1: a database that is the wrong one must not say how long. */
export const NOTE_KEY = 'unknown-documents.json'
/** Most keys that are noted: a megabyte. The next ones are noted once there is room. */
const MOST = 10_000

const noteSchema = z.record(z.string(), z.int())

/** Keys of documents without a row, and since when. */
type Since = ReadonlyMap<string, number>
type Note = Readonly<{ since: Since; etag: string | undefined }>

export async function readUnknownSince(deps: Pick<Deps, 'archive' | 'patience'>): Promise<Note> {
  const { archive } = deps
  const found = await callStore(deps, 'archive', async () => {
    const object = await archive.get(NOTE_KEY)
    return object && { etag: object.etag, content: await object.json() }
  })
  const since = new Map(Object.entries(noteSchema.parse(found?.content ?? {})))
  return { since, etag: found?.etag }
}

/** Writes nothing where another run has written since `etag`: the next one notes it. */
export async function writeUnknownSince(
  deps: Pick<Deps, 'archive' | 'patience'>,
  { since, etag }: Note,
): Promise<void> {
  const { archive } = deps
  const content = JSON.stringify(Object.fromEntries([...since].slice(0, MOST)))
  const onlyIf = new Headers(etag ? { 'If-Match': `"${etag}"` } : { 'If-None-Match': '*' })
  await callStore(deps, 'archive', () => archive.put(NOTE_KEY, content, { onlyIf }))
}

/**
 * Sorts the unknown among the keys that a run looked at: those whose time is over, and since when
 * the others have no row. A key with a row leaves the note; so does one that no run has met for
 * twice the time, as after its account was erased.
 */
export function sortUnknown(
  before: Since,
  { looked, unknown }: Readonly<{ looked: readonly string[]; unknown: readonly string[] }>,
  { now, keptMs }: Readonly<{ now: number; keptMs: number }>,
) {
  const noted = new Map([...before].filter(([, ms]) => ms > now - 2 * keptMs))
  const since = new Map(noted)
  for (const key of looked) since.delete(key)
  const isOver = (key: string) => (noted.get(key) ?? now) <= now - keptMs
  const over = unknown.filter(isOver)
  for (const key of unknown) if (!isOver(key)) since.set(key, Math.min(noted.get(key) ?? now, now))
  return { over, since }
}
