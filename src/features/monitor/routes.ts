import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import * as z from 'zod'
import { cached } from '../../platform/cached'
import { callStore } from '../../platform/call-store'
import type { AppEnv } from '../../platform/deps'
import { MAIL_STATES, mailState, type MailState } from '../../platform/email/budget/mail-state'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { monitorDocs } from './docs'
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
    const { results } = await callStore(deps, 'database', () =>
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
      description: monitorDocs.health,
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
