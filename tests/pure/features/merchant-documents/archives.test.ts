import { describe, test } from 'vitest'
import { archiveEnd } from '../../../../src/features/merchant-documents/archive-end'
import { isDeep } from '../../../support/many'

const byte = (...codes: number[]) => String.fromCharCode(...codes)
const word = (value: number) => byte(value & 0xff, value >> 8)

/** The end record of an archive of one file, with a comment. */
const record = (comment: string, { said = comment.length, entries = word(1) + word(1) } = {}) =>
  `PK\x05\x06${word(0)}${word(0)}${entries}${word(51)}${word(0)}${word(60)}${word(0)}${word(said)}${comment}`

function isArchive(text: string, size: number): boolean {
  const content = Buffer.from(text, 'latin1')
  const archive = archiveEnd(content.length)
  let isFound = false
  for (let at = 0; at < content.length; at += size) {
    isFound = archive.isIn(content.subarray(at, at + size)) || isFound
  }
  return isFound
}

const SIZES = [1, 2, 7, 21, 22, 23, 1000, 65_536, 1_000_000]
/** More than a reader looks at. */
const FAR = 'x'.repeat(isDeep ? 200_000 : 70_000)

describe('an archive is found by its end record, in any chunks', () => {
  test.for([
    ['without a comment', record('')],
    ['that ends as a PDF', `%PDF-1.7\n${record('\n%%EOF\n')}`],
    ['behind much else', FAR + record('\xff\xd9')],
    ['of the longest comment', FAR + record('c'.repeat(65_535))],
    ['whose comment is longer than it says', FAR + record('\n%%EOF\n', { said: 3 })],
    ['with numbers of entries that differ', record('\xff\xd9', { entries: word(1) + word(2) })],
    ['behind a signature that is none', `PK\x05\x06PK\x05\x06${record('')}`],
  ] as const)('%s', ([, text], { expect }) => {
    for (const size of SIZES) expect([size, isArchive(text, size)]).toEqual([size, true])
  })

  test.for([
    ['nothing of an archive', FAR],
    ['a record that is cut off', record('').slice(0, -1)],
    ['a record whose comment would be longer than the file', record('', { said: 1 })],
    ['a record that no reader finds', `${record('')}${'c'.repeat(65_536)}`],
    ['the four bytes by chance', record('\xff\xd9', { said: 1, entries: word(1) + word(2) })],
  ] as const)('and not in %s', ([, text], { expect }) => {
    for (const size of SIZES) expect([size, isArchive(text, size)]).toEqual([size, false])
  })
})
