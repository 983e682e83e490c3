import { afterEach, beforeEach, describe, test } from 'vitest'
import { archiveEvents } from '../../../src/audit/archive'
import { exportEvents } from '../../../src/audit/export'
import { leafHash, verifyInclusion } from '../../../src/audit/merkle'
import { proveInclusion } from '../../../src/audit/prove'
import { SEGMENT_SIZE } from '../../../src/audit/segment'
import { canonical, type Entry, personalHash } from '../../../src/platform/audit/entry'
import { recordEvent } from '../../../src/platform/audit/record'
import { sealText } from '../../../src/platform/audit/text'
import {
  allEvents,
  emptyLog,
  RETENTION_MS,
  sealAll,
  sql,
  withoutTriggers,
  writeEvents,
} from '../../audit/support'
import { collectingLog } from '../../support/attack'

import { erase, HERS, type Log, SAID, twoTexts } from '../../audit/two-texts'

beforeEach(emptyLog)
afterEach(emptyLog)

async function archive({ deps, advance }: Pick<Log, 'deps' | 'advance'>) {
  await writeEvents(deps, SEGMENT_SIZE)
  await sealAll(deps)
  advance(RETENTION_MS + 60_000)
  const { segments } = await archiveEvents(deps)
  if (segments !== 1) throw new Error('not archived')
}

/** Address and text of the two events, as an admin reads them. */
const seen = async ({ deps }: Pick<Log, 'deps'>) =>
  (await allEvents(deps)).slice(0, 2).map(({ personal, text }) => [personal?.ip, text?.text])

describe('a text about a person', () => {
  test.for(['database', 'archive'])(
    'in the %s goes with that person, the address beside it with whoever acted',
    async (where, { expect }) => {
      for (const [first, left] of [
        [
          'other',
          [
            [HERS.ip, undefined],
            [HERS.ip, { reason: 'all of them' }],
          ],
        ],
        [
          'admin',
          [
            [undefined, SAID],
            [undefined, undefined],
          ],
        ],
      ] as const) {
        await emptyLog()
        const log = await twoTexts()
        if (where === 'archive') await archive(log)
        expect(await seen(log)).toEqual([
          [HERS.ip, SAID],
          [HERS.ip, { reason: 'all of them' }],
        ])
        await erase(log, log[first])
        expect(await seen(log)).toEqual(left)
        await erase(log, first === 'other' ? log.admin : log.other)
        expect(await seen(log)).toEqual([
          [undefined, undefined],
          [undefined, undefined],
        ])
      }
    },
  )

  test('stands in the leaf as a salted hash, which is proven before and after the erasure', async ({
    expect,
  }) => {
    const log = await twoTexts()
    const { deps } = log
    await sealAll(deps)
    const prove = async () => {
      const { entry, leaf_hash, index, size, proof, root } = await proveInclusion(deps, 1)
      const leaf = leafHash(canonical(entry))
      expect(Buffer.from(leaf).toString('base64url')).toBe(leaf_hash)
      const bytes = (text: string) => Buffer.from(text, 'base64url')
      const claim = { leaf, index, size, root: bytes(root), proof: proof.map(bytes) }
      expect(verifyInclusion(claim)).toBe(true)
      return entry
    }
    const entry = await prove()
    const [line] = await allEvents(deps)
    const { salt = '', text = {} } = line?.text ?? {}
    expect(entry).toMatchObject({ data: null, text: personalHash(salt, text) })
    await erase(log, log.other)
    expect(await prove()).toEqual(entry)
    // An event without one is what it was before there were texts.
    const [, , erased] = await allEvents(deps)
    const { text: _, ...without } = entry as Entry
    expect(Object.keys(erased?.entry ?? {})).toEqual(Object.keys(without))
    expect(Object.keys(entry).join()).toBe(
      'v,id,at,event,level,user_id,actor,session_id,request_id,data,personal,text',
    )
  })

  test('that was changed, or belongs to another event, hides itself and nothing else', async ({
    expect,
  }) => {
    const log = await twoTexts()
    const { deps, admin, other } = log
    const again = await sealText(deps, other, { reason: 'another' })
    await recordEvent(deps, { event: 'user_enabled', userId: other, actor: admin, text: again })
    const boxes = await sql<{ text: string }>('SELECT text FROM audit_events ORDER BY id')
    await expect(sql('UPDATE audit_events SET text = NULL')).rejects.toThrow('SQLITE_CONSTRAINT')
    const put = (text: string | undefined) =>
      withoutTriggers(() => sql('UPDATE audit_events SET text = ? WHERE id = 1', text ?? null))
    for (const box of [boxes[2]?.text, `A${boxes[0]?.text.slice(1)}`, 'x', '', undefined]) {
      await put(box)
      const log = await collectingLog(async () => {
        const texts = (await allEvents(deps)).map(({ text }) => text?.text)
        expect(texts).toEqual([undefined, { reason: 'all of them' }, { reason: 'another' }])
      })
      // Without a box it would look erased.
      expect(log).toContain('the text of event 1')
    }
    await put(boxes[0]?.text)
    expect((await allEvents(deps))[0]?.text?.text).toEqual(SAID)
    // Its hash is part of what was sealed.
    await sealAll(deps)
    await withoutTriggers(() => sql(`UPDATE audit_events SET text_hash = 'x' WHERE id = 3`))
    await writeEvents(deps, 1)
    await expect(sealAll(deps)).rejects.toThrow('entry 3')
  })

  test('is exported in the clear with its salt, and as null once it cannot be read', async ({
    expect,
  }) => {
    const log = await twoTexts()
    const exported = async () => {
      const wanted = { filter: {}, after: 0, userId: log.admin }
      const lines = (await new Response(await exportEvents(log.deps, wanted)).text()).split('\n')
      return (JSON.parse(lines[1] ?? '') as { text: unknown }).text
    }
    const before = await exported()
    expect(before).toEqual({ salt: expect.any(String), text: SAID })
    await archive(log)
    expect(await exported()).toEqual(before)
    await erase(log, log.other)
    expect(await exported()).toBeNull()
  })
})
