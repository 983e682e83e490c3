import type { Known } from './known-heads.ts'
import type { Reading } from './reading.ts'
import { CannotCheck, count, day, printable, span, Wrong, wrongEntry } from './wrong.ts'

/** What was found to be right, and what could not be looked at. */
export type Report = Readonly<{ summary: string; notes: readonly string[] }>

type Expected = Readonly<{
  heads: readonly Known[]
  from: number
  /** The log has to go to this entry at least. */
  through: number | undefined
  /** So many entries have tiles. */
  callStore: number
  isRooted: boolean
}>

/** What can be said of a log whose entries have been read and found to be right one by one. */
export function reportOf(reading: Reading, expected: Expected): Report {
  const { history, damaged } = reading
  requireTail(reading, expected)
  if (damaged.length > 0) throw new Wrong(damaged.join('\n'))
  if (reading.goesOn !== undefined) throw new CannotCheck(reading.goesOn)
  const last = history.next - 1
  const all = span(expected.from, last)
  if (!expected.isRooted)
    throw new CannotCheck(
      `${all}: only a part, whose numbers are right; no root can be computed without what is before it, or its tiles`,
    )
  const { fits } = history
  if (!fits)
    throw new CannotCheck(
      `${all}: no signed head is of these entries alone; give the export ?after=${last} as well, or a head or a consistency proof (?first=${last}) with --head`,
    )
  return {
    summary: `${count(reading.entries)} entries (${expected.from} to ${last}) are those that were sealed: ${printable(fits.log)}, ${signedAs(fits)}`,
    notes: [...tailNotes(fits, last, expected), ...personalNotes(reading)],
  }
}

/**
 * What has been cut off the end leaves heads or tiles behind, or is missed by whoever knows of it.
 */
function requireTail(
  { history, isComplete }: Reading,
  { heads, through, callStore }: Expected,
): void {
  const { next } = history
  const larger = heads.at(-1)
  if (isComplete && larger && larger.size >= next)
    throw wrongEntry(
      next,
      'deleted',
      `truncated: there were ${count(larger.size)} entries, ${signedAs(larger)}`,
    )
  if (callStore >= next)
    throw wrongEntry(next, 'deleted', `truncated: there are tiles up to ${callStore}`)
  if (through !== undefined && through >= next)
    throw wrongEntry(next, 'deleted', `truncated: the log should go to entry ${through}`)
}

const signedAs = ({ size, at, where }: Known) =>
  at === undefined
    ? `root of ${count(size)} entries proven by ${where}`
    : `head of ${count(size)} entries signed at ${day(at)}`

function tailNotes(fits: Known, last: number, { heads, callStore }: Expected): string[] {
  const larger = heads.filter(({ size }) => size > last)
  const [most] = larger.slice(-1)
  return [
    ...(fits.size < last
      ? [
          `${span(fits.size + 1, last)}: no head here is of them${callStore >= last ? ', only tiles, which are not signed' : '; they may not be sealed yet'}`,
        ]
      : []),
    ...(most
      ? [
          `${count(larger.length)} heads are of more than what is here, up to ${count(most.size)} entries: give the export ?after=${last} as well, or a consistency proof with --head`,
        ]
      : []),
  ]
}

function personalNotes({ personal: { sealed, erased }, texts }: Reading): string[] {
  return [
    ...(sealed > 0
      ? [`personal data of ${count(sealed)} entries is encrypted, and was not read`]
      : []),
    ...(erased > 0 ? [`${count(erased)} entries have no personal data, or no longer`] : []),
    ...(texts.sealed > 0
      ? [`texts about people in ${count(texts.sealed)} entries are encrypted, and were not read`]
      : []),
    ...(texts.erased > 0
      ? [`texts about people in ${count(texts.erased)} entries are erased`]
      : []),
  ]
}
