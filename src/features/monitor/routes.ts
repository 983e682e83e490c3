import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import * as z from 'zod'
import { cached } from '../../platform/cached'
import type { AppEnv } from '../../platform/deps'
import { MAIL_STATES, mailState, type MailState } from '../../platform/email/budget/mail-state'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { reach } from '../../platform/reach'
import { mailRoutes } from './mail-routes'

const healthSchema = z.object({
  status: z.literal('ok'),
  mail: z.enum(MAIL_STATES),
})

/**
 * Whether the service works, and what is left of its mails. What it has heard of the database it
 * says to all who ask.
 */
export function monitorRoutes() {
  const readMailState = cached(async (deps) => {
    const { results } = await reach(deps, 'database', () =>
      deps.db.run(sql`SELECT ${mailState(deps)} AS state`),
    )
    const [row] = results as { state: MailState | null }[]
    return row?.state ?? 'ok'
  })

  return new Hono<AppEnv>({ strict: false }).route('/', mailRoutes).get(
    '/api/health',
    anyone,
    describe({
      tag: 'Service',
      summary: 'Whether the service can work',
      description:
        'Asks the database, every two seconds at most. 503 when it does not answer. `mail` is `low` when little is left of what may be mailed today, `out` when nothing is, and `paused` while the mail server refuses our account: codes and links come late then, or not at all.',
      answers: {
        200: { description: 'It can', schema: healthSchema },
      },
    }),
    async (c) => {
      const mail = await readMailState(c.var.deps)
      return c.json({ status: 'ok', mail } satisfies z.output<typeof healthSchema>)
    },
  )
}
