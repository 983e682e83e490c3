import type { FieldError } from '../problems'
import { jsonPointer } from './json-pointer'

/** No body of this service is nested deeper than three; the rest is room to grow. */
const MAX_DEPTH = 8

/** Names through which a careless merge would reach the prototype of every object. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

export type StrictJson =
  | { status: 'parsed'; text: string }
  | { status: 'malformed' }
  | { status: 'refused'; error: FieldError }

/**
 * Reads JSON that every parser reads alike (RFC 8259 §8, I-JSON RFC 7493): UTF-8 without a byte
 * order mark, no name twice in one object, no half surrogate pair, no number that a double cannot
 * hold. What two parsers read differently lets a request be checked as one thing and used as
 * another.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    JSON.parse(text)
  } catch {
    return { status: 'malformed' }
  }
  const error = hiddenFault(text)
  return error ? { status: 'refused', error } : { status: 'parsed', text }
}

/** A string (with the colon that makes it a name), a bracket, a comma, or a number. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[[\]{},]|-?\d[\d.eE+-]*/g

/**
 * An open object or array: where in it we are, and the names that were there. `null` for an array.
 */
type Level = { at: string | number; names: Set<string> | null }

/**
 * Finds what `JSON.parse` lets pass without a word. The text is known to be JSON, so tokens are
 * enough; a loop and not a recursion, so that depth costs no stack.
 */
function hiddenFault(text: string): FieldError | undefined {
  const levels: Level[] = []
  const fault = (detail: string) => ({ pointer: jsonPointer(levels.map(({ at }) => at)), detail })
  for (const [token, colon] of text.matchAll(TOKEN)) {
    const level = levels.at(-1)
    switch (token.charAt(0)) {
      case '{':
      case '[':
        if (levels.length === MAX_DEPTH) return fault('is nested too deeply')
        levels.push(token === '{' ? { at: '', names: new Set() } : { at: 0, names: null })
        break
      case '}':
      case ']':
        levels.pop()
        break
      case ',':
        if (typeof level?.at === 'number') level.at += 1
        break
      case '"': {
        const string = unquote(token, colon)
        if (colon !== undefined && level?.names) {
          level.at = string
          if (level.names.has(string)) return fault('is given twice')
          if (FORBIDDEN_NAMES.has(string)) return fault('is not a name this service takes')
          level.names.add(string)
        }
        if (!string.isWellFormed()) return fault('is not well-formed Unicode')
        break
      }
      default:
        if (!isExact(Number(token))) return fault('is a number that cannot be kept exactly')
    }
  }
  return undefined
}

/**
 * The text of a string token. Only an escape needs the parser: two spellings of a name are one
 * name.
 */
function unquote(token: string, colon: string | undefined): string {
  const quoted = colon === undefined ? token : token.slice(0, -colon.length)
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
}

/**
 * Infinity, an integer past 2^53 and negative zero come out of JSON as another number than went in.
 */
const isExact = (value: number): boolean =>
  Number.isFinite(value) &&
  (!Number.isInteger(value) || Number.isSafeInteger(value)) &&
  !Object.is(value, -0)
