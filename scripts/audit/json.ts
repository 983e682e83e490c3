import { Unreadable } from './lines.ts'

export type Json = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The object of a line. Of a name that stands twice, readers take the one or the other: what was
 * hashed would not be what somebody else reads, so it is refused.
 */
export function parseLine(text: string): Json {
  const value = parseJson(text)
  if (!isRecord(value)) throw new Unreadable('its line is no object')
  // What the service writes comes back as it was, and needs no second look.
  if (writtenOf(value) !== text && hasRepeatedName(text))
    throw new Unreadable('a name stands twice in its line')
  return value
}

/** A JSON text of a stranger. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unreadable('it is not JSON')
  }
}

function writtenOf(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    throw new Unreadable('it is nested too deep')
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g

/** Of valid JSON: whether an object says a name twice. */
function hasRepeatedName(text: string): boolean {
  const open: Set<string>[] = []
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token.endsWith(':')) {
      const name = String(JSON.parse(token.slice(0, -1)))
      const names = open.at(-1)
      if (names?.has(name)) return true
      names?.add(name)
    }
  }
  return false
}
