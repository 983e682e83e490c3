import { Hono } from 'hono'
import * as z from 'zod'
import { may } from '../../identity/credentials/guards'
import { query } from '../../platform/body/validate'
import { cached } from '../../platform/cached'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { consistency, foundEvent, inclusion, publicHead, shown } from './answers'
import { auditLogDocs } from './docs'
import { eventFilter, eventId } from './event-query'
import { exportEvents } from './export'
import { proveConsistency, proveInclusion } from './prove'
import { searchEvents } from './search'
import { publishedHead } from './tree/heads'

const admin = may('audit_log')

const searchQuery = eventFilter.extend({
  before: eventId.optional().describe('`next` of the page before'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
    .default('50')
    .transform(Number)
    .describe('Events a page, 1 to 100'),
})

const exportQuery = eventFilter.extend({
  after: eventId.optional().describe('`next` of the last line of the export before'),
})

const proofQuery = z
  .strictObject({
    event: eventId.optional().describe('Proves that this event stands in the log'),
    size: eventId.optional().describe('In the log of so many events; that of the newest head'),
    first: eventId.optional().describe('Proves that the log of so many events'),
    second: eventId.optional().describe('is the beginning of that of so many'),
  })
  .superRefine(({ event, size, first, second }, context) => {
    const issue = (name: string, message: string) =>
      context.addIssue({ code: 'custom', path: [name], message })
    if ((event === undefined) === (first === undefined)) issue('event', 'give `event` or `first`')
    if (size !== undefined && event === undefined) issue('size', 'goes with `event`')
    if (second !== undefined && first === undefined) issue('second', 'goes with `first`')
  })

/** The audit log, for administrators. */
const auditRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/admin/audit',
    admin,
    rateLimit('admin'),
    query(searchQuery),
    describe({
      tag: 'Audit log',
      summary: 'Search events',
      description: auditLogDocs.search,
      answers: {
        200: {
          description: 'One page',
          schema: z.object({ events: z.array(foundEvent), next: z.string().nullable() }),
        },
      },
    }),
    async (c) => {
      const { before = Number.MAX_SAFE_INTEGER, limit, ...filter } = c.req.valid('query')
      const { lines, next } = await searchEvents(c.var.deps, { filter, before, limit })
      return c.json({ events: lines.map(shown), next: next === null ? null : String(next) })
    },
  )

  .get(
    '/api/admin/audit/export',
    may('audit_log', { stepUp: true }),
    rateLimit('account'),
    query(exportQuery),
    describe({
      tag: 'Audit log',
      summary: 'Export events',
      description: auditLogDocs.export,
      answers: {
        200: { description: 'The events', schema: z.string(), type: 'application/x-ndjson' },
      },
    }),
    async (c) => {
      const { after = 0, ...filter } = c.req.valid('query')
      const wanted = { filter, after, userId: c.var.session.user.id }
      return c.body(await exportEvents(c.var.deps, wanted), 200, {
        'Content-Type': 'application/x-ndjson',
        'Content-Disposition': `attachment; filename="audit-${after + 1}.ndjson"`,
      })
    },
  )

  .get(
    '/api/admin/audit/head',
    admin,
    rateLimit('admin'),
    describe({
      tag: 'Audit log',
      summary: 'The newest signed head of the log',
      description: 'The same as `/.well-known/audit-head`.',
      answers: { 200: { description: 'The head', schema: publicHead } },
      problems: ['not_found'],
    }),
    async (c) => c.json(await publishedHead(c.var.deps)),
  )

  .get(
    '/api/admin/audit/proof',
    admin,
    rateLimit('admin'),
    query(proofQuery),
    describe({
      tag: 'Audit log',
      summary: 'Prove an event, or that the log has only grown',
      description: auditLogDocs.prove,
      answers: { 200: { description: 'The proof', schema: z.union([inclusion, consistency]) } },
      problems: ['not_found'],
    }),
    async (c) => {
      const { event, size, first = 1, second } = c.req.valid('query')
      return c.json(
        event === undefined
          ? await proveConsistency(c.var.deps, first, second)
          : await proveInclusion(c.var.deps, event, size),
      )
    },
  )

/** The head for everyone, so that anyone can be its witness. */
function auditHeadRoutes() {
  const head = cached(publishedHead)
  return new Hono<AppEnv>({ strict: false }).get(
    '/.well-known/audit-head',
    anyone,
    describe({
      tag: 'Audit log',
      summary: 'The newest signed head of the audit log, and the keys of heads',
      description:
        'Keep it: the offline verifier tells whether a later log still begins with this one.',
      answers: { 200: { description: 'The head', schema: publicHead } },
      problems: ['not_found'],
    }),
    async (c) => {
      c.header('Cache-Control', 'public, max-age=60')
      return c.json(await head(c.var.deps))
    },
  )
}

export const auditLogRoutes = () =>
  new Hono<AppEnv>({ strict: false }).route('/', auditRoutes).route('/', auditHeadRoutes())
