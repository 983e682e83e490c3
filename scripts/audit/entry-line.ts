import { canonical, type Entry, type Gap, personalHash } from '../../src/audit/entry.ts'
import { type Hash, leafHash } from '../../src/audit/merkle.ts'
import { isRecord, type Json } from './json.ts'
import { Unreadable } from './lines.ts'
import { wrongEntry } from './wrong.ts'

/** A line of the log: its entry, and the hash that has to stand in the tree for it. */
export type EntryLine = Readonly<{ id: number; entry: Entry | Gap; leaf: Hash }>

/** How the personal data of an entry came. */
export type PersonalState = 'checked' | 'sealed' | 'erased'

/** Reads and checks a line by itself: what it says beside the entry must be what the entry stands for. */
export function entryOf(line: Json): EntryLine & { personal: PersonalState } {
  const { entry, personal = null, sealed, ...rest } = line
  if (!isEntry(entry)) throw new Unreadable('its line has no entry')
  const { id } = entry
  if (Object.keys(rest).length > 0 || (sealed !== undefined && personal !== null))
    throw wrongEntry(id, 'edited', 'its line says more than what was hashed')
  const leaf = leafOf(entry)
  if (personal === null)
    return { id, entry, leaf, personal: sealed === undefined ? 'erased' : 'sealed' }
  if (!isHashed(personal, 'personal' in entry ? entry.personal : null))
    throw wrongEntry(id, 'edited', 'its personal data is not what was hashed')
  return { id, entry, leaf, personal: 'checked' }
}

/** The hash of an entry. */
export function leafOf(entry: Entry | Gap): Hash {
  try {
    return leafHash(canonical(entry))
  } catch {
    throw wrongEntry(entry.id, 'edited', 'it holds what no entry can hold')
  }
}

// More need not be known of it: whatever it says is hashed.
const isEntry = (value: unknown): value is Entry | Gap =>
  isRecord(value) &&
  value['v'] === 1 &&
  Number.isSafeInteger(value['id']) &&
  Number(value['id']) > 0

function isHashed(personal: unknown, hash: string | null): boolean {
  if (!isRecord(personal)) return false
  const { salt, ip, country, user_agent, ...rest } = personal
  if (Object.keys(rest).length > 0 || typeof salt !== 'string') return false
  if (![ip, country, user_agent].every(isTextOrNull)) return false
  try {
    return (
      hash === personalHash(salt, { ip, country, user_agent } as Parameters<typeof personalHash>[1])
    )
  } catch {
    return false
  }
}

const isTextOrNull = (value: unknown) => value === null || typeof value === 'string'
