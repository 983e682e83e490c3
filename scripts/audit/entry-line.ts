import { canonical, type Entry, type Gap, personalHash } from '../../src/platform/audit/entry.ts'
import { type Hash, leafHash } from '../../src/features/audit-log/tree/merkle.ts'
import { isRecord, type Json } from './json.ts'
import { Unreadable } from './lines.ts'
import { wrongEntry } from './wrong.ts'

/** A line of the log: its entry, and the hash that has to stand in the tree for it. */
export type EntryLine = Readonly<{ id: number; entry: Entry | Gap; leaf: Hash }>

/**
 * How what is personal of an entry came: in the clear and checked, encrypted, or not (any more).
 */
export type PersonalState = 'checked' | 'sealed' | 'erased'

type Checked = EntryLine &
  Readonly<{
    /** Address and browser. */
    personal: PersonalState
    /** What was said of a person; `undefined` where nothing was. */
    text: PersonalState | undefined
  }>

/**
 * Reads and checks a line by itself: what it says beside the entry must be what the entry stands
 * for.
 */
export function entryOf(line: Json): Checked {
  const { entry, personal = null, sealed, text = null, ...rest } = line
  if (!isEntry(entry)) throw new Unreadable('its line has no entry')
  const { id } = entry
  const hash = 'text' in entry ? entry.text : undefined
  if (Object.keys(rest).length > 0 || (sealed !== undefined && personal !== null))
    throw wrongEntry(id, 'edited', 'its line says more than what was hashed')
  const leaf = leafOf(entry)
  if (personal !== null && !isHashed(personal, 'personal' in entry ? entry.personal : null))
    throw wrongEntry(id, 'edited', 'its personal data is not what was hashed')
  if (text !== null && (hash === undefined || !isTextOf(text, hash)))
    throw wrongEntry(id, 'edited', 'its text is not what was hashed')
  return {
    id,
    entry,
    leaf,
    personal: stateOf(personal, sealed !== undefined),
    text: hash === undefined ? undefined : stateOf(text, typeof text === 'string'),
  }
}

function stateOf(value: unknown, isSealed: boolean): PersonalState {
  if (isSealed) return 'sealed'
  return value === null ? 'erased' : 'checked'
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
  if (Object.keys(rest).length > 0 || ![ip, country, user_agent].every(isTextOrNull)) return false
  return isHash(hash, salt, { ip, country, user_agent })
}

/** A text in the clear; one that is encrypted says nothing that could be checked. */
function isTextOf(value: unknown, hash: string): boolean {
  if (typeof value === 'string') return true
  if (!isRecord(value)) return false
  const { salt, text, ...rest } = value
  return Object.keys(rest).length === 0 && isRecord(text) && isHash(hash, salt, text)
}

function isHash(hash: string | null, salt: unknown, value: object): boolean {
  if (typeof salt !== 'string') return false
  try {
    return hash === personalHash(salt, value as Parameters<typeof personalHash>[1])
  } catch {
    return false
  }
}

const isTextOrNull = (value: unknown) => value === null || typeof value === 'string'
