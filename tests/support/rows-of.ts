import { env } from 'cloudflare:workers'

export async function userIdOf({ email }: { email: string }): Promise<string> {
  const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?')
    .bind(email)
    .first<string>('id')
  if (id === null) throw new Error(`no user ${email}`)
  return id
}

/** What every table of the database has of a user, by table; those of later features as well. */
export async function rowsOf(userId: string): Promise<Map<string, Record<string, unknown>[]>> {
  const { results: tables } = await env.DB.prepare(
    `SELECT name, instr(sql, 'user_id') > 0 AS isChild FROM sqlite_schema
     WHERE type = 'table' AND (name = 'users' OR sql LIKE '%user_id%')`,
  ).run<{ name: string; isChild: number }>()
  const entries = tables.map(async ({ name, isChild }) => {
    const { results } = await env.DB.prepare(
      `SELECT * FROM "${name}" WHERE ${isChild ? 'user_id' : 'id'} = ?`,
    )
      .bind(userId)
      .run<Record<string, unknown>>()
    return [name, results] as const
  })
  return new Map(await Promise.all(entries))
}

/** The audit events that concern a user, oldest first. */
export async function eventsOf(email: string): Promise<{ event: string; data: string | null }[]> {
  const { results } = await env.DB.prepare(
    `SELECT event, data FROM audit_events
     WHERE user_id = (SELECT id FROM users WHERE email = ?) ORDER BY id`,
  )
    .bind(email)
    .run<{ event: string; data: string | null }>()
  return results
}

export const sessionIds = async (userId: string) =>
  (
    await env.DB.prepare('SELECT id FROM sessions WHERE user_id = ?')
      .bind(userId)
      .run<{ id: string }>()
  ).results.map(({ id }) => id)
