import { afterEach, beforeEach, describe, test } from 'vitest'
import { resealSecrets } from '../../../src/jobs/reseal-secrets'
import { recordEvent } from '../../../src/platform/audit/record'
import { sealText } from '../../../src/platform/audit/text'
import { parseKeyring } from '../../../src/platform/crypto/keyring'
import { randomToken } from '../../../src/platform/crypto/token'
import { allEvents, emptyLog, sql } from '../../audit/support'

import { erase, SAID, twoTexts } from '../../audit/two-texts'

beforeEach(emptyLog)
afterEach(emptyLog)

describe('the key of a text about a person', () => {
  test('opens after its key was sealed anew', async ({ expect }) => {
    const log = await twoTexts()
    const [old] = log.deps.settings.SEALING_KEYS
    const [fresh] = parseKeyring(`fresh:${randomToken()}`) ?? []
    if (!fresh) throw new Error('no key')
    const withRing = (...ring: [typeof old, ...(typeof old)[]]) => ({
      ...log.deps,
      settings: { ...log.deps.settings, SEALING_KEYS: ring },
    })
    await resealSecrets(withRing(fresh, old))
    const [line] = await allEvents(withRing(fresh))
    expect(line?.text?.text).toEqual(SAID)
    expect((await allEvents(log.deps))[0]?.text).toBeNull()
  })

  test('gets no key where there is no account any more', async ({ expect }) => {
    const log = await twoTexts()
    await erase(log, log.other)
    expect(await sealText(log.deps, log.other, SAID)).toBeUndefined()
    expect(await sql('SELECT user_id FROM audit_keys')).toEqual([{ user_id: log.admin }])
  })

  test('uses no IV that an address in the archive may use, and holds half a character', async ({
    expect,
  }) => {
    const { deps, other } = await twoTexts()
    const [row] = await sql<{ text: string }>('SELECT text FROM audit_events WHERE id = 1')
    expect((Buffer.from(row?.text ?? '', 'base64url')[0] ?? 0) & 0x80).toBe(0x80)
    const text = await sealText(deps, other, { reason: 'half \ud83d' })
    await recordEvent(deps, { event: 'user_enabled', userId: other, text })
    expect((await allEvents(deps)).at(-1)?.text?.text).toEqual({ reason: 'half \ufffd' })
  })
})
