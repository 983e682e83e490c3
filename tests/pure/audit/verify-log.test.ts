import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, test } from 'vitest'
import { main } from '../../../scripts/audit/main'
import type { SegmentLine } from '../../../src/audit/segment'
import { personalHash } from '../../../src/platform/audit/entry'
import {
  entryAt,
  exportText,
  headOf,
  keyFile,
  makeLines,
  newKey,
  renumbered,
  SEGMENT,
  write,
  writeArchive,
  writeSegment,
} from './log-writer'
import { runVerify } from './run-verify'

const root = mkdtempSync(join(tmpdir(), 'phantom-audit-'))
afterAll(() => rmSync(root, { recursive: true }))

const key = await newKey()
const pinned = write(join(root, 'keys.json'), keyFile(key))
const sealed = makeLines(2 * SEGMENT + 300)
const HEADS = [100, 3700, 8000]
const newest = await headOf(sealed, sealed.length, { key })
let folders = 0
const folder = () => join(root, String((folders += 1)))
const archive = (lines: readonly SegmentLine[], more: { tiles?: boolean; heads?: number[] } = {}) =>
  writeArchive(folder(), { sealed, lines, key, heads: HEADS, ...more })
const unchanged = await archive(sealed)
/** An archive with nothing wrong, to change something in its files. */
function copyOfUnchanged(): string {
  const path = folder()
  cpSync(unchanged, path, { recursive: true })
  return path
}
const verify = (...args: string[]) => main(['--key', pinned, ...args])
const ofUnchanged = await verify(unchanged)

/** The lines with those from one entry on exchanged. */
const spliced = (id: number, remove: number, ...insert: SegmentLine[]) =>
  sealed.toSpliced(id - 1, remove, ...insert)
const [line4711, line4712] = [sealed[4710], sealed[4711]] as [SegmentLine, SegmentLine]
const edited: SegmentLine = { entry: { ...entryAt(4711), level: 'info' } }
const forged: SegmentLine = { entry: { ...entryAt(4711), event: 'forged' } }

describe('E-116: the offline verifier', () => {
  test('finds nothing wrong with what was sealed, and says what it could not see', async ({
    expect,
  }) => {
    const path = unchanged
    expect(ofUnchanged).toMatchObject({ status: 0, stderr: '' })
    expect(ofUnchanged.stdout).toMatch(/^note: entries 8001 to 8192: no head here .*only tiles/)
    expect(ofUnchanged.stdout).toContain('up to 8,492 entries: give the export ?after=8192')
    expect(ofUnchanged.stdout).toMatch(/ok: 8,192 entries \(1 to 8192\) are those that were sealed/)
    const rest = write(join(root, 'rest.ndjson'), exportText(sealed.slice(8192), { head: newest }))
    const { status, stdout } = await verify(path, rest)
    expect(stdout).toContain('ok: 8,492 entries (1 to 8492)')
    expect([status, stdout]).toEqual([0, expect.not.stringContaining('no head')])
    expect(await verify('--quiet', path)).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('is a command that ends with 0, 1 or 2, as what it checks is right, wrong or out of reach', async ({
    expect,
  }) => {
    const path = unchanged
    const right = runVerify('--key', pinned, path)
    expect(right).toEqual(ofUnchanged)
    expect(right).toMatchObject({ status: 0, stderr: '' })
    const wrong = runVerify('--key', pinned, await archive(spliced(4711, 1, edited)))
    expect(wrong).toMatchObject({ status: 1, stderr: '' })
    expect(wrong.stdout).toBe('entry 4711: edited (its hash is not the one in the tree)\n')
    expect(runVerify(path)).toMatchObject({ status: 2, stdout: '' })
    const usage = [[], ['--from', '0', path], ['--no-such', path], ['--key', pinned, root]]
    for (const args of usage) expect((await main(args)).stderr).toMatch(/^audit:verify: /)
    expect(await main(['--help'])).toMatchObject({ status: 0, stderr: '' })
  })

  test.for<[string, SegmentLine[], RegExp]>([
    [
      'edit',
      spliced(4711, 1, edited),
      /^entry 4711: edited \(its hash is not the one in the tree\)/,
    ],
    ['delete', renumbered(spliced(4711, 1)), /^entry 4711: deleted \(.*numbered anew\)/],
    ['delete, with a hole', spliced(4711, 1), /^entry 4711: deleted \(it is not here\)/],
    ['insert', renumbered(spliced(4711, 0, forged)), /^entry 4711: inserted \(.*numbered anew\)/],
    [
      'insert, its number twice',
      spliced(4711, 0, forged),
      /^entry 4711: inserted \(it stands after/,
    ],
    ['reorder', renumbered(spliced(4711, 2, line4712, line4711)), /^entry 4711: reordered \(/],
    ['reorder, with numbers', spliced(4711, 2, line4712, line4711), /^entry 4711: reordered \(/],
    ['first of two', spliced(50, 1, sealed[50] as SegmentLine).toSpliced(4710, 1), /^entry 50: /],
  ])('names the first wrong entry: %s', async ([, lines, verdict], { expect }) => {
    const { status, stdout } = await verify(await archive(lines))
    expect(stdout).toMatch(verdict)
    expect(status).toBe(1)
  })

  test('finds the same without tiles, as closely as the heads lie', async ({ expect }) => {
    const wrong = async (lines: SegmentLine[], heads = HEADS) =>
      (await verify(await archive(lines, { tiles: false, heads }))).stdout.split('(')[0]
    expect(await wrong(spliced(4711, 1, edited))).toBe(
      'entries 3701 to 8000: edited, inserted, deleted or reordered ',
    )
    expect(await wrong(spliced(4711, 1, edited), [3700, 4710, 8000])).toContain('entries 4711 to')
    expect(await wrong(spliced(4711, 1))).toBe('entry 4711: deleted ')
    expect(await wrong(spliced(4711, 2, line4712, line4711))).toBe('entry 4711: reordered ')
    expect(await wrong(renumbered(spliced(4711, 2, line4712, line4711)))).toContain('3701 to 8000')
  })

  test('finds a cut tail: in a segment, of a segment, and of the whole log', async ({ expect }) => {
    const cut = copyOfUnchanged()
    writeSegment(cut, 4097, sealed.slice(4096, 5000), newest)
    const ofCut = await verify(cut)
    expect(ofCut.status).toBe(1)
    expect(ofCut.stdout).toMatch(/^entry 5001: deleted \(truncated: segment 4097/)
    const shorter = copyOfUnchanged()
    for (const end of ['ndjson.gz', 'json'])
      rmSync(join(shorter, `audit/segments/000000004097.${end}`))
    expect((await verify(shorter)).stdout).toMatch(
      /^entry 4097: deleted \(truncated: there are tiles up to/,
    )
    for (let tile = 16; tile < 32; tile += 1) rmSync(join(shorter, `audit/tiles/0/${tile}`))
    expect(await verify(shorter)).toMatchObject({ status: 0 })
    expect(await verify('--through', '4096', shorter)).toMatchObject({ status: 0 })
    expect((await verify('--through', '4097', shorter)).stdout).toMatch(
      /^entry 4097: deleted \(truncated/,
    )
    rmSync(join(shorter, 'audit/segments/000000000001.ndjson.gz'))
    expect((await verify(shorter)).stdout).toMatch(/^entry 1: deleted \(its segment is not here/)
  })

  test('tells an entry that was edited from a tile that was', async ({ expect }) => {
    const path = copyOfUnchanged()
    const tile = join(path, 'audit/tiles/0/18')
    const bytes = readFileSync(tile)
    bytes[(4711 - 1 - 18 * 256) * 32] = 0
    writeFileSync(tile, bytes)
    const verdict = await verify(path)
    expect(verdict.status).toBe(1)
    expect(verdict.stdout).toMatch(/^tile 0\/18: wrong \(entry 4711 is what was sealed/)
    writeFileSync(tile, bytes.subarray(32))
    expect((await verify(path)).stdout).toMatch(/^tile 0\/18: damaged/)
    const late = spliced(8100, 1, { entry: { ...entryAt(8100), level: 'info' } })
    expect((await verify(await archive(late))).stdout).toMatch(
      /^entry 8100: .*or its tile is wrong/,
    )
    const above = copyOfUnchanged()
    write(join(above, 'audit/tiles/1/0'), Buffer.alloc(8192))
    expect((await verify(above)).stdout).toMatch(/^tile 1\/0: it does not fit tile 0\/0/)
  })

  test('finds what is changed beside the tree: personal data, encrypted data, the object, its manifest', async ({
    expect,
  }) => {
    const about = { salt: 'c2FsdA', ip: '192.0.2.7', country: 'DE', user_agent: 'curl' }
    const clear = { ip: '192.0.2.8', country: 'DE', user_agent: 'curl' }
    const lying = spliced(4711, 1, {
      entry: entryAt(4711, { personal: personalHash('c2FsdA', clear) }),
      personal: about,
    })
    expect((await verify(await archive(lying))).stdout).toMatch(
      /^entry 4711: edited \(its personal data/,
    )
    const more = spliced(8, 1, { ...sealed[7], note: 'of nobody' } as unknown as SegmentLine)
    expect((await verify(await archive(more))).stdout).toMatch(
      /^entry 8: edited \(its line says more/,
    )
    const path = copyOfUnchanged()
    const object = join(path, 'audit/segments/000000004097.ndjson.gz')
    const text = gunzipSync(readFileSync(object)).toString()
    writeFileSync(object, gzipSync(text.replace('"sealed":"', '"sealed":"AAAA')))
    const verdict = await verify(path)
    expect(verdict.status).toBe(1)
    expect(verdict.stdout).toMatch(/^segment 4097: damaged \(it has/)
    const another = copyOfUnchanged()
    const whole = join(another, 'audit/segments/000000004097.ndjson.gz')
    const packed = readFileSync(whole)
    // The time in the header of gzip: as many bytes, and the same entries.
    packed.writeUInt32LE(1, 4)
    writeFileSync(whole, packed)
    expect((await verify(another)).stdout).toMatch(/^segment 4097: damaged \(its SHA-256/)
    const times = copyOfUnchanged()
    const manifest = join(times, 'audit/segments/000000000001.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"since":\d+/, '"since":1'))
    expect((await verify(times)).stdout).toMatch(/^segment 1: its manifest tells other times/)
  })

  test('finds witnesses and manifests that are not those of this place', async ({ expect }) => {
    const path = copyOfUnchanged()
    const [early, late] = ['2026-11-01T01.jws', '2026-11-01T05.jws']
    cpSync(join(path, 'audit/heads', early), join(path, 'audit/heads', late))
    expect((await verify(path)).stdout).toBe(`head ${late}: it was signed in another hour\n`)
    const small = copyOfUnchanged()
    writeSegment(small, 4097, sealed.slice(4096, 8192), await headOf(sealed, 8000, { key }))
    expect((await verify(small)).stdout).toBe('segment 4097: its head is of only 8000 entries\n')
    const other = copyOfUnchanged()
    const manifest = join(other, 'audit/segments/000000000001.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('phantom.test', 'example.com'))
    expect((await verify(other)).stdout).toMatch(/^of another log \(https:\/\/auth.example.com/)
  })

  test('takes a part for a part: its numbers, and its roots only with the tiles before it', async ({
    expect,
  }) => {
    const path = copyOfUnchanged()
    const later = folder()
    cpSync(path, later, { recursive: true })
    for (const end of ['ndjson.gz', 'json'])
      rmSync(join(later, `audit/segments/000000000001.${end}`))
    expect((await verify(later)).stdout).toMatch(
      /^entry 1: deleted \(what is here begins with entry 4097\)/,
    )
    expect(await verify('--from', '4097', later)).toMatchObject({ status: 0 })
    rmSync(join(later, 'audit/tiles/0/3'))
    const part = await verify('--from', '4097', later)
    expect(part).toMatchObject({ status: 2, stdout: '' })
    expect(part.stderr).toContain('only a part, whose numbers are right')
    const far = await verify('--from', '99999999999999', later)
    expect(far).toMatchObject({ status: 2, stdout: '' })
  })
})
