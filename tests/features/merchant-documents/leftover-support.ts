import { env } from 'cloudflare:workers'
import { purgeOrphans } from '../../../src/features/merchant-documents/purge-orphans'
import { NOTE_KEY } from '../../../src/features/merchant-documents/unknown-since'
import { randomId } from '../../../src/platform/crypto/token'
import { depsAt, type Fault, run } from '../../crons/support'
import { ownWatchers, testDeps } from '../../support/test-deps'

export const DAY_MS = 86_400_000
/** So long an object stays without a row, from the first run that found it so. */
export const KEPT_MS = 60 * DAY_MS

const MERCHANTS = 'merchants/'
const newKey = () => `${MERCHANTS}${randomId('usr')}/${randomId('doc')}`

/** Rows of documents with these keys, and of their merchants. */
export const insertRows = (keys: readonly string[], storedAt: number | null = 0) =>
  env.DB.batch([
    env.DB.prepare(
      `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
       SELECT DISTINCT substr(value, 11, 26), value, value, 'merchant', 'active', 'x', 0
       FROM json_each(?) GROUP BY substr(value, 11, 26) ON CONFLICT DO NOTHING`,
    ).bind(JSON.stringify(keys)),
    env.DB.prepare(
      `INSERT INTO merchant_documents
       SELECT substr(value, 11, 26), substr(value, 38), 'x.pdf', 'application/pdf', 1, 'x', value,
         0, ?2 FROM json_each(?1)`,
    ).bind(JSON.stringify(keys), storedAt),
  ])

/** Puts objects; when the last one came. */
export async function putObjects(keys: readonly string[]): Promise<number> {
  const objects = await Promise.all(keys.map((key) => env.ARCHIVE.put(key, 'x')))
  return Math.max(...objects.map((object) => object?.uploaded.getTime() ?? NaN))
}

/** Puts objects, the first ones with a row each; the keys of both, and when the last one came. */
export async function putDocuments({ known, unknown }: { known: number; unknown: number }) {
  const keys = Array.from({ length: known + unknown }, newKey)
  const uploaded = await putObjects(keys)
  await insertRows(keys.slice(0, known))
  return { known: keys.slice(0, known), unknown: keys.slice(known), uploaded }
}

export const objectKeys = async () =>
  (await env.ARCHIVE.list({ prefix: MERCHANTS })).objects.map(({ key }) => key)

export const rowsOfDocuments = async () =>
  (await env.DB.prepare('SELECT * FROM merchant_documents ORDER BY object_key').run()).results

/** Deletes the rows of these documents, as a restore or a mistake does. */
export const forgetRows = (keys: readonly string[]) =>
  env.DB.prepare(
    'DELETE FROM merchant_documents WHERE object_key IN (SELECT value FROM json_each(?))',
  )
    .bind(JSON.stringify(keys))
    .run()

/** A bucket and a database without documents, in which nobody was told of any. */
export async function forgetDocuments() {
  await env.ARCHIVE.delete([...(await objectKeys()), NOTE_KEY])
  await env.DB.exec('DELETE FROM merchant_documents')
}

export const dropAt = (ms: number, pageSize?: number) =>
  purgeOrphans(testDeps({ now: () => new Date(ms) }), pageSize)

/** Runs the job as the cron does; alarms of jobs are counted, those of other tests elsewhere. */
export const runAt = (ms: number, id: string, fault: Fault = (deps) => deps) =>
  run(new Date(ms), 'drop-leftovers', (deps) =>
    fault({ ...deps, ...ownWatchers(depsAt(new Date(ms)), id) }),
  )

/** What the events of the alarm say, oldest first. */
export async function unknownEvents(): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(
    `SELECT data FROM audit_events
     WHERE event = 'sys_documents_unknown' AND level = 'critical' ORDER BY id`,
  ).run<{ data: string }>()
  return results.map(({ data }) => JSON.parse(data) as Record<string, unknown>)
}
