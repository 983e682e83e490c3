import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { main } from '../../../scripts/audit/main'
import { base64url } from '../../../src/audit/merkle'
import { publicJwk } from '../../../src/platform/crypto/jwt'
import { proofCorpus } from '../../vectors/proof-corpus'
import { exportText, headOf, keyFile, leavesOf, LOG, makeLines, newKey, write } from './log-writer'
import { naiveConsistency, naivePath, naiveRoot } from './naive-tree'

const root = mkdtempSync(join(tmpdir(), 'phantom-proofs-'))
afterAll(() => rmSync(root, { recursive: true }))
let files = 0
const file = (content: string) => write(join(root, `${(files += 1)}`), content)

const [key, other] = [await newKey(), await newKey()]
const pinned = file(keyFile(key))
const verify = (...args: string[]) => main(['--key', pinned, ...args])
const lines = makeLines(40)
const leaves = leavesOf(lines)
const head = (size: number, more: Partial<Parameters<typeof headOf>[2]> = {}) =>
  headOf(lines, size, { key, ...more })

/** The answers of the proof endpoint. */
const inclusion = async (id: number, size: number, more: object = {}) =>
  file(
    JSON.stringify({
      log: LOG,
      entry: lines[id - 1]?.entry,
      index: id - 1,
      size,
      leaf_hash: base64url(leaves[id - 1] ?? new Uint8Array()),
      proof: naivePath(id - 1, leaves.slice(0, size)).map(base64url),
      root: base64url(naiveRoot(leaves.slice(0, size))),
      head: await head(size),
      ...more,
    }),
  )
const consistency = async (first: number, second: number, more: object = {}) =>
  file(
    JSON.stringify({
      log: LOG,
      first,
      second,
      first_root: base64url(naiveRoot(leaves.slice(0, first))),
      second_root: base64url(naiveRoot(leaves.slice(0, second))),
      proof: naiveConsistency(first, leaves.slice(0, second)).map(base64url),
      first_head: null,
      second_head: await head(second),
      ...more,
    }),
  )

describe('proofs', () => {
  test('of inclusion: right, of another entry, edited, unsigned', async ({ expect }) => {
    const right = await inclusion(12, 40)
    expect(await verify(right, await inclusion(8, 33))).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^ok: entry 12 stands in the log of 40 entries, signed at .*\nok: entry 8 stands .* of 33/,
      ),
      stderr: '',
    })
    const entry = { ...lines[11]?.entry, level: 'info' }
    expect((await verify(await inclusion(12, 40, { entry }))).stdout).toMatch(
      /^entry 12: edited \(/,
    )
    expect((await verify(await inclusion(12, 40, { index: 12 }))).stdout).toMatch(
      /^entry 12: the proof is/,
    )
    const proof = naivePath(12, leaves).map(base64url)
    expect((await verify(await inclusion(12, 40, { proof }))).stdout).toMatch(
      /^entry 12: not in the tree/,
    )
    const unsigned = await inclusion(12, 40, { head: null })
    expect(await verify(unsigned)).toMatchObject({ status: 2, stdout: '' })
    expect(await verify('--head', file(await head(40)), unsigned)).toMatchObject({ status: 0 })
    const ofAnother = await inclusion(12, 40, { log: 'https://example.com' })
    expect((await verify(ofAnother)).stdout).toContain('of another log')
    const elsewhere = await inclusion(12, 40, { head: await head(39) })
    expect((await verify(elsewhere)).stdout).toContain('another root was signed')
  })

  test('C-64: of consistency: right, rewritten, and against a head that was kept', async ({
    expect,
  }) => {
    const right = await consistency(17, 40)
    const kept = file(`${await head(17)}\n`)
    expect(await verify('--head', kept, right)).toMatchObject({ status: 0 })
    expect((await verify(right)).stdout).toContain('of which no head is here')
    const first_root = base64url(naiveRoot(leaves.slice(1, 18)))
    const rewritten = await consistency(17, 40, { first_root })
    expect(await verify(rewritten)).toMatchObject({ status: 1 })
    expect((await verify('--head', kept, rewritten)).stdout).toContain('another root was signed')
    // With a proof, a part is as good as signed.
    const part = file(exportText(lines.slice(0, 17), { head: null, next: null }))
    expect(await verify(part)).toMatchObject({ status: 2 })
    expect(await verify('--head', right, part)).toMatchObject({ status: 1 })
    const all = file(exportText(lines, { head: null }))
    expect((await verify('--head', right, all)).stdout).toContain('ok: 40 entries')
  })
})

describe('C-65: heads', () => {
  test('are taken from pinned keys alone', async ({ expect }) => {
    const jws = await head(40)
    const [start = '', payload = '', signature = ''] = jws.split('.')
    const at = signature.startsWith('A') ? 'B' : 'A'
    const published = { v: 1, size: 40, head: jws, keys: [publicJwk(key)] }
    expect(await verify(file(jws), file(JSON.stringify(published)))).toMatchObject({ status: 0 })
    const wrong = await verify(file(`${start}.${payload}.${at}${signature.slice(1)}`))
    expect([wrong.status, wrong.stdout]).toEqual([1, expect.stringContaining('wrong signature')])
    const foreign = await verify(file(await head(40, { key: other })))
    expect(foreign.stdout).toContain('signed with a key that is not pinned')
    const named = await verify(file(await head(40, { key: { ...other, kid: key.kid } })))
    expect(named.stdout).toContain('wrong signature')
    for (const keys of [
      keyFile(other, key),
      JSON.stringify(publicJwk(key)),
      JSON.stringify(published),
    ])
      expect(await main(['--key', file(keys), file(jws)])).toMatchObject({ status: 0 })
    const none = await main([file(JSON.stringify(published))])
    expect(none).toMatchObject({ status: 2, stdout: '' })
    expect(none.stderr).toContain('no key is pinned')
    const secret = await main(['--key', file(JSON.stringify(key)), file(jws)])
    expect([secret.status, secret.stderr.includes(key.d)]).toEqual([2, false])
  })

  test('have one root a size, and go back neither in size nor in time', async ({ expect }) => {
    const newest = file(await head(40))
    const against = async (...kept: Promise<string>[]) =>
      await verify(...(await Promise.all(kept)).flatMap((jws) => ['--head', file(jws)]), newest)
    expect(await against(head(30))).toMatchObject({ status: 0 })
    const forked = headOf(makeLines(40), 40, { key })
    expect((await against(forked)).stdout).toContain('a forked history: two roots')
    const later = await against(head(30, { at: Date.parse('2027-01-01') }))
    expect([later.status, later.stdout]).toEqual([1, expect.stringContaining('before that of 30')])
    const elsewhere = await against(head(30, { log: 'https://example.com' }))
    expect(elsewhere.stdout).toContain('of another log')
    const steered = await against(head(30, { log: 'https://\u202eexample.com\u001b[2J' }))
    expect(steered.stdout).toContain('\\u{202e}example.com\\u{1b}[2J')
  })
})

describe('a corpus of proofs', () => {
  const folder = join(root, 'testdata')
  for (const [name, content] of Object.entries(proofCorpus)) write(join(folder, name), content)

  test('has the verdicts that it should, without a key', async ({ expect }) => {
    expect(await main([folder])).toMatchObject({ status: 0, stderr: '' })
    expect((await main([folder])).stdout).toMatch(
      /^ok: 26 cases .*\(14 of inclusion, 12 of consistency\)/,
    )
  })

  test('with another verdict is named, and what is none cannot be read', async ({ expect }) => {
    const [name = '', content = ''] = Object.entries(proofCorpus)[0] ?? []
    const wrong = write(join(root, 'wrong', name), content.replace('false', 'true'))
    expect((await main([wrong])).stdout).toContain('happy path): inclusion holds, but should not')
    const refused = file(content.replace('"leafIdx": 0', '"leafIdx": 3'))
    expect(await main([refused])).toMatchObject({ status: 1 })
    expect((await main([refused])).stdout).toContain('does not hold, but should\n')
    for (const broken of [content.replace('bjQLnP', '?'), content.replace('"proof"', '"path"')])
      expect(await main([file(broken)])).toMatchObject({ status: 2, stdout: '' })
  })
})
