import { globSync, readFileSync } from 'node:fs'
import { test } from 'vitest'

/**
 * The attacks of the catalogue that concern what exists, by their numbers; a feature adds its own when
 * it lands. `1..5` is a range.
 */
const COVERED = '1..9 11..70 72..117 119..130 132..135'

const ids = COVERED.split(' ').flatMap((entry) => {
  const [first = 0, last = first] = entry.split('..').map(Number)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
})
const names = globSync('tests/**/*.test.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:test|describe)\S*\(\s*[`'"]([^`'"]+)/g)].map(
    ([, name = '']) => name,
  ),
)

test.for(ids)('E-%i has a test of its name', (id, { expect }) => {
  const label = `E-${String(id).padStart(3, '0')}`
  expect(names.filter((name) => name.includes(label))).not.toEqual([])
})

/** The classes of published advisories of comparable systems, by their rows in our list. */
const ADVISORIES = [
  1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 24, 25, 27, 28, 29, 31,
  33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44,
]

test.for(ADVISORIES)('advisory row %i has a test of its name', (row, { expect }) => {
  expect(names.filter((name) => new RegExp(`\\brow ${row} \\(`).test(name))).not.toEqual([])
})
