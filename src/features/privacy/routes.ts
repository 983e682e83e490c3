import { Hono } from 'hono'
import * as z from 'zod'
import { linkToken } from '../../identity/accounts/mailed-link'
import { signedIn, steppedUp } from '../../identity/credentials/guards'
import { body, query } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { endedSessionCookie } from '../../platform/http/cookies'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { activityEvent, listActivity } from './activity'
import { keepAccount, scheduleErasure } from './delete-account'
import { privacyDocs } from './docs'
import { exportedData, exportUser } from './export'

const PAGE = '50'

const activityQuery = z.strictObject({
  before: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'must be the `next` of the page before')
    .transform(Number)
    .optional()
    .describe('`next` of the page before'),
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
    .default(PAGE)
    .transform(Number)
    .describe('Events a page, 1 to 100'),
})

export const privacyRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/users/me/activity',
    signedIn,
    query(activityQuery),
    describe({
      tag: 'Accounts',
      summary: 'What has happened to the account',
      description: 'Security events, newest first. `next` is opaque, and `null` on the last page.',
      answers: {
        200: {
          description: 'One page',
          schema: z.object({ events: z.array(activityEvent), next: z.string().nullable() }),
        },
      },
    }),
    async (c) => {
      const { before, limit } = c.req.valid('query')
      return c.json(await listActivity(c.var.deps, c.var.session.user.id, { before, limit }))
    },
  )

  .get(
    '/api/users/me/export',
    steppedUp,
    rateLimit('account'),
    describe({
      tag: 'Accounts',
      summary: 'All data of the account',
      description: privacyDocs.export,
      answers: { 200: { description: 'The data', schema: exportedData } },
    }),
    async (c) =>
      c.body(await exportUser(c.var.deps, c.var.session), 200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Disposition': 'attachment; filename="phantom-data.json"',
      }),
  )

  .delete(
    '/api/users/me',
    steppedUp,
    rateLimit('account'),
    describe({
      tag: 'Accounts',
      summary: 'Delete the account',
      description: privacyDocs.erase,
      answers: {
        202: {
          description: 'The erasure is scheduled',
          schema: z.object({ status: z.literal('erasure_scheduled'), due_at: z.iso.datetime() }),
        },
      },
      problems: ['last_admin'],
    }),
    async (c) => {
      const dueAt = await scheduleErasure(c.var.deps, c.var.session)
      c.header('Clear-Site-Data', '"cache", "storage"')
      c.header('Set-Cookie', endedSessionCookie())
      return c.json({ status: 'erasure_scheduled' as const, due_at: dueAt.toISOString() }, 202)
    },
  )

  .post(
    '/api/users/keep-account',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Accounts',
      summary: 'Keep an account that was to be deleted',
      description: 'Works once, until the day of the erasure. Opens no session.',
      answers: {
        200: {
          description: 'The account stays',
          schema: z.object({ status: z.literal('kept') }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      await keepAccount(c.var.deps, c.req.valid('json').token)
      return c.json({ status: 'kept' as const })
    },
  )
