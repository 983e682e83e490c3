import { existsSync, globSync, readFileSync } from 'node:fs'
import { test } from 'vitest'

const document = readFileSync('docs/threats.md', 'utf8')

const KIND = String.raw`E-\d{3}|row \d+|[A-DF-Z]-\d{2,3}|RFC \d+`
const ADVISORY = /\b(?:CVE-\d{4}-\d+|GHSA(?:-\w{4}){3})\b/g

/** The rows of the document: an id, and the last column, which says where its tests are. */
const rows = [...document.matchAll(new RegExp(`^\\| (${KIND}) \\|.*\\| ([^|]+) \\|$`, 'gm'))].map(
  ([, id = '', tests = '']) => ({ id, tests }),
)

/** The names of tests by file; a name may follow a table of cases: `test.for([…])('name'`. */
const names = new Map(
  globSync('tests/**/*.test.ts').map((file) => [
    file,
    [
      ...readFileSync(file, 'utf8').matchAll(
        /(?:\b(?:test|describe)[\w.]*|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g,
      ),
    ].map(([, , name = '']) => name),
  ]),
)

/** `rows 7` counts as `row 7`, so that a plural hides no id. */
const idsIn = (name: string) =>
  [...name.matchAll(new RegExp(`\\b(?:${KIND.replace('row', 'rows?')})\\b`, 'g'))].map(([id]) =>
    id.replace('rows', 'row'),
  )

const idsOf = new Map([...names].map(([file, all]) => [file, new Set(all.flatMap(idsIn))]))
const tested = new Set([...idsOf.values()].flatMap((ids) => [...ids]))

const upTo = (last: number, label: (number: number) => string) =>
  Array.from({ length: last }, (_, index) => label(index + 1))

/**
 * Ids without a test: the service lacks what they attack, or only a deployed zone can show it (E-131).
 * They are listed here too, so that no row loses its test by a word in the document alone.
 */
const NOT_YET = new Set(['E-010', 'E-071', 'E-131', 'row 4', 'row 23', 'row 30', 'row 45'])

/** Ids that the tests of other ids cover. */
const ELSEWHERE = new Set(['row 15', 'row 26', 'row 32', 'row 46'])

test('docs/threats.md lists every attack and every advisory, none twice', ({ expect }) => {
  const listed = rows.map(({ id }) => id)
  const expected = [
    ...upTo(135, (number) => `E-${String(number).padStart(3, '0')}`),
    ...upTo(46, (number) => `row ${number}`),
  ]
  expect(listed.filter((id) => /^(?:E-|row)/.test(id))).toEqual(expected)
  expect(listed.filter((id, index) => listed.indexOf(id) !== index)).toEqual([])
  expect(document.match(new RegExp(`^\\| *(?:${KIND})`, 'gm'))).toHaveLength(rows.length)
})

test('docs/threats.md explains every id that a test name carries', ({ expect }) => {
  const listed = new Set(rows.map(({ id }) => id))
  const advisories = new Set(document.match(ADVISORY))
  const unknown = [...names].flatMap(([file, all]) =>
    all.flatMap((name) =>
      [
        ...idsIn(name).filter((id) => !listed.has(id)),
        ...(name.match(ADVISORY) ?? []).filter((id) => !advisories.has(id)),
      ].map((id) => `${file}: ${id}`),
    ),
  )
  expect(unknown).toEqual([])
})

test.for(rows)('$id has a test of its name in each file that its row names', (row, { expect }) => {
  const { id, tests } = row
  if (NOT_YET.has(id)) {
    expect(tests).toBe('not yet')
    expect(tested).not.toContain(id)
    return
  }
  if (ELSEWHERE.has(id)) {
    expect(tests).toMatch(new RegExp(`^see (?:${KIND})(?:, (?:${KIND}))*$`))
    expect(idsIn(tests).filter((other) => !tested.has(other))).toEqual([])
    return
  }
  expect(tests).toMatch(/^`[\w/-]+`(?:, `[\w/-]+`){0,2}$/)
  for (const [, path = ''] of tests.matchAll(/`([^`]+)`/g)) {
    const file = `tests/${path}.test.ts`
    expect(existsSync(file), file).toBe(true)
    expect([file, ...(idsOf.get(file) ?? [])]).toContain(id)
  }
})
