import { Hono } from 'hono'
import * as z from 'zod'
import { linkToken } from '../../identity/accounts/mailed-link'
import { actQuery, listActs, waitingAct } from '../../identity/approvals/list-acts'
import { may } from '../../identity/credentials/guards'
import { body, query } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { approveAct, stopWaitingAct } from './decide-act'
import { approvalDocs } from './docs'
import { stopAct } from './stop-act'

const reader = may('user_administration')
const admin = may('user_administration', { stepUp: true })
const done = { 204: { description: 'Done, and told to the owner', schema: null } }
const PROBLEMS = ['not_found', 'own_account', 'user_state'] as const

/**
 * What waits for a second admin, or for its day; who approves it and who stops it. Each decision of
 * an admin uses a step-up up.
 */
export const approvalRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/admin/acts',
    reader,
    rateLimit('admin'),
    query(actQuery),
    describe({
      tag: 'Administration',
      summary: 'What waits for an approval or its day',
      description: 'The next due first. `next` is opaque, and `null` on the last page.',
      answers: {
        200: {
          description: 'One page',
          schema: z.object({ acts: z.array(waitingAct), next: z.string().nullable() }),
        },
      },
    }),
    async (c) => c.json(await listActs(c.var.deps, c.req.valid('query'))),
  )

  .post(
    '/api/admin/acts/:act/approve',
    admin,
    rateLimit('admin'),
    describe({
      tag: 'Administration',
      summary: 'Approve what another admin has asked for',
      description: approvalDocs.approve,
      answers: done,
      problems: [...PROBLEMS, 'needs_another_admin'],
    }),
    async (c) => {
      await approveAct(c.var.deps, c.var.session, { actId: c.req.param('act') })
      return c.body(null, 204)
    },
  )

  .post(
    '/api/admin/acts/:act/stop',
    admin,
    rateLimit('admin'),
    describe({
      tag: 'Administration',
      summary: 'Stop what waits',
      description: approvalDocs.stop,
      answers: { 204: { description: 'Stopped', schema: null } },
      problems: [...PROBLEMS],
    }),
    async (c) => {
      await stopWaitingAct(c.var.deps, c.var.session, { actId: c.req.param('act') })
      return c.body(null, 204)
    },
  )

  .post(
    '/api/admin/users/:id/grants/:act/approve',
    admin,
    rateLimit('admin'),
    describe({
      tag: 'Administration',
      summary: 'Approve a new admin',
      description: 'The same as acts/{act}/approve/.',
      answers: done,
      problems: [...PROBLEMS, 'needs_another_admin'],
    }),
    async (c) => {
      const { id: userId, act: actId } = c.req.param()
      await approveAct(c.var.deps, c.var.session, { userId, actId })
      return c.body(null, 204)
    },
  )

  .post(
    '/api/auth/stop-act',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Recovery',
      summary: 'Stop what an admin has scheduled',
      description: approvalDocs.stopByLink,
      answers: {
        200: {
          description: 'Nothing of it happens',
          schema: z.object({ status: z.literal('stopped') }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      await stopAct(c.var.deps, c.req.valid('json').token)
      return c.json({ status: 'stopped' as const })
    },
  )
