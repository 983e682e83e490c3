import { env } from 'cloudflare:workers'
import { seedContext } from '../../src/identity/factors/find-totp'
import { archiveKeyContext } from '../../src/platform/audit/personal-box'
import { seal } from '../../src/platform/crypto/sealed-box'
import type { Deps } from '../../src/platform/deps'
import { testDeps } from '../support/test-deps'
import { FILLED_AT, RING_KEY } from './columns'
import { type Given, insertRows } from './fill'

/** What makes a job busy: how many days later, and what else. */
type Arrangement = Readonly<{
  days?: number
  arrange?: (given: Given) => Promise<unknown>
  change?: (deps: Deps) => Deps
}>

/** Keys that were made long ago, of which the admins are to be told. */
function withOldKeys(deps: Deps): Deps {
  const { settings } = deps
  const [first, ...rest] = settings.AUDIT_KEYS
  const AUDIT_KEYS = [{ ...first, kid: '20200101T000000Z-old' }, ...rest] as const
  return { ...deps, settings: { ...settings, AUDIT_KEYS } as Deps['settings'] }
}

const NEXT_KEY = { id: RING_KEY, bytes: crypto.getRandomValues(new Uint8Array(32)) }

/** While keys are rotated: what the fill has sealed is of the next one. */
export function withNextKey(deps: Deps): Deps {
  const SEALING_KEYS = [NEXT_KEY, ...deps.settings.SEALING_KEYS] as const
  return { ...deps, settings: { ...deps.settings, SEALING_KEYS } }
}

/** A thousand boxes of each table, as the key before has sealed them. */
async function sealByOldKey(): Promise<void> {
  const { SEALING_KEYS } = testDeps().settings
  for (const { table, column, contextOf } of [
    {
      table: 'totp_authenticators',
      column: 'sealed_seed',
      contextOf: (userId: string, id: string) => seedContext(userId, id),
    },
    { table: 'audit_keys', column: 'sealed_key', contextOf: archiveKeyContext },
  ]) {
    const id = table === 'audit_keys' ? `''` : `${table}.id`
    const { results } = await env.DB.prepare(
      `SELECT user_id, ${id} AS id FROM ${table} ORDER BY user_id DESC LIMIT 1000`,
    ).run<{ user_id: string; id: string }>()
    const boxes = await Promise.all(
      results.map(async (row) => [
        row.user_id,
        row.id,
        await seal(SEALING_KEYS, contextOf(row.user_id, row.id), 'x'),
      ]),
    )
    await env.DB.prepare(
      `UPDATE ${table} SET ${column} = box.value ->> 2 FROM json_each(?) AS box
        WHERE ${table}.user_id = box.value ->> 0 AND ${id} = box.value ->> 1`,
    )
      .bind(JSON.stringify(boxes))
      .run()
  }
}

/** The other jobs have enough to do forty days later. */
export const arrangements: Readonly<Record<string, Arrangement>> = {
  'seal-events': {
    arrange: (given) =>
      insertRows('audit_events', given, { count: 61_000, columns: { at: `${FILLED_AT} + i` } }),
  },
  'send-waiting-mails': { arrange: (given) => insertRows('waiting_mails', given) },
  'reseal-secrets': { arrange: sealByOldKey },
  'archive-events': { days: 100 },
  'remind-keys': { days: 88 },
  'remind-secrets': { change: withOldKeys },
  'report-security-late': { days: 7 },
  'report-security': { days: 88 },
}
