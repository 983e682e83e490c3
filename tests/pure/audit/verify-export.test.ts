import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, test } from 'vitest'
import { main } from '../../../scripts/audit/main'
import type { SegmentLine } from '../../../src/audit/segment'
import { personalHash } from '../../../src/platform/audit/entry'
import { isDeep } from '../../support/many'
import {
  entryAt,
  exportText,
  headOf,
  keyFile,
  LOG,
  makeLines,
  newKey,
  renumbered,
  write,
} from './log-writer'

const root = mkdtempSync(join(tmpdir(), 'phantom-export-'))
afterAll(() => rmSync(root, { recursive: true }))
let files = 0
const file = (content: string | Uint8Array) => write(join(root, `${(files += 1)}`), content)

const key = await newKey()
const pinned = file(keyFile(key))
const verify = (...args: string[]) => main(['--key', pinned, ...args])
const sealed = makeLines(300)
const [h100, h300] = [await headOf(sealed, 100, { key }), await headOf(sealed, 300, { key })]
const whole = exportText(sealed, { head: h300 })
const spliced = (id: number, remove: number, ...insert: SegmentLine[]) =>
  sealed.toSpliced(id - 1, remove, ...insert)
const changed = (lines: readonly SegmentLine[]) => verify(file(exportText(lines, { head: h300 })))

describe('E-116: an export', () => {
  test('is right: whole, packed, in parts, not all sealed, with events sealed as missing', async ({
    expect,
  }) => {
    const ok = async (...args: string[]) => {
      const { status, stdout, stderr } = await verify(...args)
      expect([status, stderr]).toEqual([0, ''])
      return stdout
    }
    expect(await ok(file(whole))).toContain('ok: 300 entries (1 to 300) are those that were sealed')
    expect(await ok(file(gzipSync(whole)))).toContain('ok: 300 entries')
    const part = file(exportText(sealed.slice(0, 120), { head: h100, last: 300, next: 120 }))
    const rest = file(exportText(sealed.slice(120), { head: h300 }))
    expect(await ok(part, rest)).toContain('ok: 300 entries (1 to 300)')
    const late = await ok(file(exportText(sealed, { head: h100 })))
    expect(late).toContain('note: entries 101 to 300: no head here is of them')
    // Entry 7 was sealed as missing; an export has no line for what D1 does not have.
    expect(await ok(file(exportText(spliced(7, 1), { head: h300 })))).toContain('ok: 299 entries')
  })

  test('that was changed is wrong, as closely as its heads lie', async ({ expect }) => {
    const edited: SegmentLine = { entry: { ...entryAt(200), level: 'info' } }
    const wrong = await changed(spliced(200, 1, edited))
    expect(wrong).toMatchObject({ status: 1, stderr: '' })
    expect(wrong.stdout).toMatch(/^entries 1 to 300: edited, inserted, deleted or reordered/)
    const kept = ['--head', file(h100), '--head', file(await headOf(sealed, 199, { key }))]
    const closer = [...kept, '--head', file(await headOf(sealed, 200, { key }))]
    const changedFile = file(exportText(spliced(200, 1, edited), { head: h300 }))
    expect((await verify(...kept, changedFile)).stdout).toMatch(/^entries 200 to 300: /)
    expect((await verify(...closer, changedFile)).stdout).toMatch(/^entry 200: edited/)
    expect((await changed(spliced(200, 1))).stdout).toMatch(/^entry 200: deleted \(/)
    expect((await changed(renumbered(spliced(200, 1)))).stdout).toMatch(
      /^entry 300: deleted \(truncated/,
    )
    const [a, b] = [sealed[199], sealed[200]] as [SegmentLine, SegmentLine]
    expect((await changed(spliced(200, 2, b, a))).stdout).toMatch(/^entry 200: reordered \(/)
    expect((await changed(spliced(200, 0, a))).stdout).toMatch(/^entry 200: inserted \(/)
    expect((await changed(spliced(290, 1, edited))).stdout).toMatch(/^entry 200: inserted \(/)
  })

  test('that ends too early is wrong, or known to go on', async ({ expect }) => {
    const first = async (text: string) => (await verify(file(text))).stdout.split('\n')[0]
    expect(await first(whole.slice(0, -60))).toMatch(/^entry 301: (deleted|unreadable)/)
    expect(await first(`${whole.split('\n').slice(0, 200).join('\n')}\n`)).toMatch(
      /^entry 200: deleted \(truncated: \d+ has no end\)/,
    )
    expect(await first(whole.replace('"count":300', '"count":299'))).toMatch(/^entry 301: deleted/)
    const cut = exportText(sealed.slice(0, 250), { head: h300 })
    expect(await first(cut)).toMatch(/^entry 251: deleted \(truncated: there were 300 entries/)
    // Even with an older head in its first line, and the end made to fit.
    const older = file(exportText(sealed.slice(0, 250), { head: h100 }))
    expect(await verify(older)).toMatchObject({ status: 0 })
    expect(await verify('--head', file(h300), older)).toMatchObject({ status: 1 })
    const short = exportText(sealed.slice(0, 250), { head: h100, last: 300 })
    expect(await first(short)).toMatch(/^entry 251: deleted/)
    expect(await first(`${whole}${whole.split('\n')[300]}\n`)).toMatch(/^entry 301: inserted \(/)
    const part = file(exportText(sealed.slice(0, 120), { head: h100, last: 300, next: 120 }))
    const on = await verify(part)
    expect(on).toMatchObject({ status: 2, stdout: '' })
    expect(on.stderr).toContain('goes on: give the export ?after=120 as well')
    const filtered = await verify(file(exportText(sealed, { head: h300, filtered: true })))
    expect(filtered).toMatchObject({ status: 2, stdout: '' })
  })

  test('C-65: of a forked history is told from an edited one', async ({ expect }) => {
    const forked = await headOf(makeLines(300), 150, { key })
    const { status, stdout } = await verify('--head', file(forked), file(whole))
    expect(stdout).toMatch(/^a forked history: entries 1 to 150 are not those/)
    expect(status).toBe(1)
    expect(await verify('--head', file('no head'), file(whole))).toMatchObject({ status: 2 })
    expect(await verify('--head', file(`${forked}x`), file(whole))).toMatchObject({ status: 1 })
  })

  test('of a hostile hand is refused, in bounded time and memory, and does not steer the terminal', async ({
    expect,
  }) => {
    const rows = whole.split('\n')
    const withRow = (row: string | Uint8Array) =>
      Buffer.concat([
        Buffer.from(`${rows.slice(0, 150).join('\n')}\n`),
        Buffer.from(row),
        Buffer.from(`\n${rows.slice(151).join('\n')}`),
      ])
    const first = async (content: Uint8Array) => (await verify(file(content))).stdout
    const row = rows[150] ?? ''
    const twice = row.replace('"event":', '"event":"authn_login_success","event":')
    expect(await first(withRow(twice))).toMatch(/^entry 150: unreadable \(a name stands twice/)
    const spelled = row.replace('"event":', '"event":"x","\\u0065vent":')
    expect(await first(withRow(spelled))).toMatch(/^entry 150: unreadable \(a name stands twice/)
    expect(await first(withRow(row.replaceAll('":', '" :')))).toBe(
      (await verify(file(whole))).stdout,
    )
    expect(await first(withRow(Buffer.from('{"entry":"\xff"}', 'latin1')))).toMatch(
      /^entry 150: unreadable \(it is not UTF-8/,
    )
    expect(await first(withRow('x'.repeat(70_000)))).toMatch(/^entry 150: unreadable \(/)
    // 256 MiB that are a file of 1 MiB; in `npm test` an eighth of both.
    const spaces = Buffer.alloc(isDeep ? 2 ** 28 : 2 ** 25, 32)
    const packed = (...parts: Uint8Array[]) => gzipSync(Buffer.concat(parts), { level: 1 })
    expect(await first(packed(withRow(''), spaces))).toMatch(
      /^entry 150: unreadable \(it is not JSON/,
    )
    const bomb = packed(Buffer.from(`${rows[0]}\n`), spaces)
    expect(await first(bomb)).toMatch(/^entry 1: unreadable \(a line is longer/)
    const deep = `{"entry":{"v":1,"id":150,"data":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`
    expect(await first(withRow(deep))).toMatch(/^entry 150: (unreadable|edited) \(/)
    const half = row.replace('Ünïcode', '\\ud800')
    expect(await first(withRow(half))).toMatch(
      /^entry 150: edited \(it holds what no entry can hold/,
    )
    expect(await first(gzipSync(whole).subarray(0, -40))).toMatch(
      /^entry \d+: unreadable \(it is not whole/,
    )
    const name = await verify(write(join(root, '\u202e\u001b[2Jx'), 'nothing'))
    expect([name.status, name.stderr]).toEqual([2, expect.stringContaining('\\u{202e}\\u{1b}[2Jx')])
  })

  test('is wrong where a text is not what was hashed; one that is sealed or erased is counted', async ({
    expect,
  }) => {
    const salt = 'c2FsdHNhbHRzYWx0c2FsdA'
    const said = { reason: 'asked by phone' }
    const hash = personalHash(salt, said)
    const entries = [1, 2, 3].map((id) => entryAt(id, { user_id: 'usr_x', text: hash }))
    const head = await headOf(
      entries.map((entry) => ({ entry })),
      3,
      { key },
    )
    const about = { v: 1, log: LOG, first: 1, last: 3, head, filtered: false }
    const verdictOn = async (...texts: unknown[]) => {
      const shown = entries.map((entry, at) => ({ entry, personal: null, text: texts[at] }))
      const lines = [{ audit_log: about }, ...shown, { end: { count: 3, next: null } }]
      return (await verify(file(lines.map((line) => JSON.stringify(line)).join('\n')))).stdout
    }
    const right = await verdictOn({ salt, text: said }, 'c2VhbGVk', null)
    expect(right).toContain('ok: 3 entries')
    expect(right).toContain('note: texts about people in 1 entries are encrypted')
    expect(right).toContain('note: texts about people in 1 entries are erased')
    for (const wrong of [
      { salt, text: { reason: 'asked by mail' } },
      { salt, text: { ...said, more: 'x' } },
      { salt: 'AAAA', text: said },
      { salt, text: said, more: 'x' },
      { text: said },
      { salt, text: null },
      [],
      7,
    ]) {
      expect([wrong, await verdictOn(null, wrong, null)]).toEqual([
        wrong,
        'entry 2: edited (its text is not what was hashed)\n',
      ])
    }
  })

  test('is wrong where it has a text and its entry has none', async ({ expect }) => {
    const entry = entryAt(1)
    const head = await headOf([{ entry }], 1, { key })
    const text = exportText([{ entry }], { head })
    for (const told of ['"c2VhbGVk"', '{"salt":"AAAA","text":{}}']) {
      const { stdout } = await verify(file(text.replace('"text":null', `"text":${told}`)))
      expect(stdout).toBe('entry 1: edited (its text is not what was hashed)\n')
    }
  })
})
