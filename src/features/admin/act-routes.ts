import { Hono } from 'hono'
import * as z from 'zod'
import {
  scheduledAnswer,
  scheduledAnswerOf,
  waitingAnswer,
  waitingAnswerOf,
} from '../../identity/approvals/answers'
import { may } from '../../identity/credentials/guards'
import { body } from '../../platform/body/validate'
import { roles } from '../../platform/db/schema'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { changeRole } from './change-role'
import { disableUser, enableUser } from './disable-user'
import { adminDocs } from './docs'
import { scheduleFactorRemoval } from './schedule-factor-removal'
import { reason } from './target'

const admin = may('user_administration', { stepUp: true })
const why = z.strictObject({ reason })
const done = { 204: { description: 'Done, and told to the owner', schema: null } }
const PROBLEMS = ['not_found', 'own_account', 'user_state'] as const

/** What an admin does to an account of somebody else. Each act uses a step-up up. */
export const adminUserActRoutes = new Hono<AppEnv>({ strict: false })
  .patch(
    '/api/admin/users/:id{usr_[A-Za-z0-9_-]+}',
    admin,
    rateLimit('admin'),
    body(z.strictObject({ role: z.enum(roles), reason })),
    describe({
      tag: 'Administration',
      summary: 'Change the role',
      description: adminDocs.changeRole,
      answers: {
        204: done[204],
        202: {
          description: 'Waits for another admin, or for its day',
          schema: z.union([waitingAnswer, scheduledAnswer]),
        },
      },
      problems: [...PROBLEMS],
    }),
    async (c) => {
      const userId = c.req.param('id')
      const waiting = await changeRole(c.var.deps, c.var.session, {
        userId,
        ...c.req.valid('json'),
      })
      if (!waiting) return c.body(null, 204)
      return waiting.waitsFor === 'approval'
        ? c.json(waitingAnswerOf(userId, waiting), 202)
        : c.json(scheduledAnswerOf(userId, waiting), 202)
    },
  )

  .post(
    '/api/admin/users/:id/disable',
    admin,
    rateLimit('admin'),
    body(why),
    describe({
      tag: 'Administration',
      summary: 'Disable an account',
      description: adminDocs.disable,
      answers: { ...done, 202: { description: 'Waits', schema: scheduledAnswer } },
      problems: [...PROBLEMS],
    }),
    async (c) => {
      const act = { userId: c.req.param('id'), ...c.req.valid('json') }
      const waiting = await disableUser(c.var.deps, c.var.session, act)
      return waiting ? c.json(scheduledAnswerOf(act.userId, waiting), 202) : c.body(null, 204)
    },
  )

  .post(
    '/api/admin/users/:id/enable',
    admin,
    rateLimit('admin'),
    body(why),
    describe({
      tag: 'Administration',
      summary: 'Let a disabled account work again',
      description: adminDocs.enable,
      answers: done,
      problems: [...PROBLEMS],
    }),
    async (c) => {
      const act = { userId: c.req.param('id'), ...c.req.valid('json') }
      await enableUser(c.var.deps, c.var.session, act)
      return c.body(null, 204)
    },
  )

  .post(
    '/api/admin/users/:id/remove-factors',
    admin,
    rateLimit('admin'),
    body(why),
    describe({
      tag: 'Administration',
      summary: 'Remove lost second factors, in a day',
      description: adminDocs.removeFactors,
      answers: {
        202: {
          description: 'Scheduled',
          schema: z.object({ act_id: z.string(), due_at: z.iso.datetime() }),
        },
      },
      problems: [...PROBLEMS],
    }),
    async (c) => {
      const act = { userId: c.req.param('id'), ...c.req.valid('json') }
      const { actId, dueAt } = await scheduleFactorRemoval(c.var.deps, c.var.session, act)
      return c.json({ act_id: actId, due_at: dueAt.toISOString() }, 202)
    },
  )
