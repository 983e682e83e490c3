import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { main } from '../../../../scripts/audit/main'
import { base64url } from '../../../../src/features/audit-log/tree/merkle'
import {
  entryAt,
  keyFile,
  leavesOf,
  makeLines,
  newKey,
  SEGMENT,
  write,
  writeArchive,
} from './log-writer'
import { naiveConsistency, naiveRoot } from './naive-tree'

const root = mkdtempSync(join(tmpdir(), 'phantom-manifest-'))
afterAll(() => rmSync(root, { recursive: true }))

const key = await newKey()
const pinned = write(join(root, 'keys.json'), keyFile(key))
const sealed = makeLines(SEGMENT + 300)
const leaves = leavesOf(sealed)
const proof = naiveConsistency(SEGMENT, leaves).map(base64url)

/**
 * An archive of one segment, without tiles and witnessed heads: all that is known is in its
 * manifest.
 */
async function archive(name: string, lines = sealed, change: object = {}) {
  const folder = await writeArchive(join(root, name), { sealed, lines, key, tiles: false })
  const path = join(folder, 'audit/segments/000000000001.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object
  const proven = { root: base64url(naiveRoot(leaves.slice(0, SEGMENT))), proof }
  writeFileSync(path, JSON.stringify({ ...manifest, ...proven, ...change }))
  return main(['--key', pinned, folder])
}

test('an archive is checked by its manifest alone, whose head is of more than it holds', async ({
  expect,
}) => {
  const { status, stdout } = await archive('whole')
  expect(stdout).toMatch(/ok: 4,096 entries \(1 to 4096\) are those that were sealed/)
  expect(status).toBe(0)
})

test('a manifest whose root the signed log does not begin with is refused', async ({ expect }) => {
  const other = base64url(naiveRoot(leaves.slice(1, SEGMENT + 1)))
  for (const change of [{ root: other }, { proof: [other] }, { proof: proof.slice(1) }]) {
    const { status, stderr, stdout } = await archive('forged', sealed, change)
    expect(stdout + stderr).toContain('manifest of segment 1: the log of its head does not begin')
    expect(status).toBe(1)
  }
})

test('an entry that was edited is found by the root of the manifest', async ({ expect }) => {
  const lines = sealed.with(3999, { entry: { ...entryAt(4000), event: 'forged' } })
  const { status, stdout, stderr } = await archive('edited', lines)
  expect(status).toBe(1)
  expect(stdout + stderr).toContain('4096')
})
