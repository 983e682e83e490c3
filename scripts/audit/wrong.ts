/** The log is not what was sealed: the verdict of exit code 1. */
export class Wrong extends Error {}

/** Nothing could be said of it: exit code 2. */
export class CannotCheck extends Error {}

const MOST = 300

/**
 * The text of a stranger, for a terminal: what could steer it, or turn the order of what stands
 * around it, is spelled out.
 */
export const printable = (text: string): string =>
  text
    .slice(0, MOST)
    .replace(
      /[\p{C}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
    )

/** A number as people read it. */
export const count = (value: number): string => value.toLocaleString('en-US')

/** A time as people read it. */
export const day = (at: number): string => {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString()
}

/** Entries from one to another, both of them, as they are named. */
export const span = (first: number, last: number): string =>
  first === last ? `entry ${first}` : `entries ${first} to ${last}`

/** Why an entry is not what was sealed, in the one form in which it is always named. */
export const wrongEntry = (id: number, what: string, why: string): Wrong =>
  new Wrong(`entry ${id}: ${what} (${why})`)
