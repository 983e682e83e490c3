import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SEGMENT_SIZE } from '../../../src/audit/segment.ts'
import { personalHash } from '../../../src/platform/audit/entry.ts'

const OLD_MS = 100 * 86_400_000
const EVENTS = SEGMENT_SIZE + 100
const USER = 'usr_of_long_ago'
/** What an export has to write in another way. */
const REASON = `two lines,\nan owner's "words"; a\ttab, odd\\n`

/**
 * Events of a hundred days ago, as the service would have recorded them, the half of them of a
 * user, for whom an act waits that nobody will do.
 */
export async function writeOldEvents({ DB }: Pick<Env, 'DB'>) {
  await DB.prepare(
    `INSERT INTO users (id, email, email_key, role, status, password_hash, created_at)
      VALUES (?1, 'old@example.org', 'old@example.org', 'customer', 'active', 'x', 1)`,
  )
    .bind(USER)
    .run()
  await DB.prepare(
    `INSERT INTO pending_acts (id, kind, user_id, requested_by, reason, created_at, due_at, state)
      VALUES ('act_old', 'remove_factors', ?1, 'usr_nobody', ?2, 1, 9999999999999, 'waiting')`,
  )
    .bind(USER, REASON)
    .run()
  const about = { ip: '192.0.2.7', country: 'DE', user_agent: 'curl' }
  const rows = Array.from({ length: EVENTS }, (_, at) => {
    const salt = randomBytes(16).toString('base64url')
    return [at % 2 === 0 ? USER : null, salt, personalHash(salt, about)]
  })
  for (let from = 0; from < rows.length; from += 1000)
    await DB.prepare(
      `INSERT INTO audit_events (at, event, level, user_id, ip, country, user_agent, request_id, salt, personal)
        SELECT ?2 + key, 'authn_login_fail', 'warn', value ->> 0, '192.0.2.7', 'DE', 'curl', 'req_old',
          value ->> 1, value ->> 2 FROM json_each(?1)`,
    )
      .bind(JSON.stringify(rows.slice(from, from + 1000)), Date.now() - OLD_MS + from)
      .run()
}

/** Copies everything that is archived of the audit log into a directory. */
export async function download({ ARCHIVE }: Pick<Env, 'ARCHIVE'>, to: string) {
  const { objects } = await ARCHIVE.list({ prefix: 'audit/' })
  for (const { key } of objects) {
    const path = join(to, key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, Buffer.from((await (await ARCHIVE.get(key))?.arrayBuffer()) ?? []))
  }
}
