import { Hono } from 'hono'
import * as z from 'zod'
import { bySession } from '../../identity/approvals/authority'
import { may } from '../../identity/credentials/guards'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { requireDone } from '../admin/act-on-users'
import { reason } from '../admin/target'
import { supportDocs } from './docs'
import { endEverySession } from './end-every-session'
import { endUserSessions, startReset } from './first-aid'
import { listActRoutes } from './list-act-routes'
import { unlockUsers } from './unlock-user'

const admin = may('user_administration')
const why = z.strictObject({ reason })
const PROBLEMS = ['not_found', 'own_account'] as const

/**
 * An act over everybody names them: a URL is made plain before it is routed, and the one account of
 * `/api/admin/users/../end-sessions/` would be all of them (decision 034).
 */
const everyone = z
  .literal(true, 'must be true: this ends the sessions of everybody else')
  .describe('Whose sessions end: all but the one that asks. Nothing in the path says so')

/**
 * What an admin does for owners in trouble. Of the acts on one account only the end of its locks
 * asks for a step-up: a stolen session could repeat it, and guess at a password without end.
 */
export const supportRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/admin/users/:id/unlock',
    may('user_administration', { stepUp: true }),
    rateLimit('admin'),
    body(why),
    describe({
      tag: 'Administration',
      summary: 'End the locks of an account',
      description: supportDocs.unlock,
      answers: { 204: { description: 'Nothing is locked', schema: null } },
      problems: [...PROBLEMS],
    }),
    async (c) => {
      const { deps, session } = c.var
      const act = { userIds: [c.req.param('id')], ...c.req.valid('json') }
      requireDone(await unlockUsers(deps, session, act))
      return c.body(null, 204)
    },
  )

  .post(
    '/api/admin/users/:id/end-sessions',
    admin,
    rateLimit('admin'),
    body(why),
    describe({
      tag: 'Administration',
      summary: 'End all sessions of an account',
      description: 'Holds from the next request on. Needs no step-up.',
      answers: { 204: { description: 'None is left', schema: null } },
      problems: [...PROBLEMS],
    }),
    async (c) => {
      const { deps, session } = c.var
      const act = { userIds: [c.req.param('id')], ...c.req.valid('json') }
      requireDone(await endUserSessions(deps, session, act, bySession(deps, session)))
      return c.body(null, 204)
    },
  )

  .post(
    '/api/admin/users/:id/reset-password',
    admin,
    rateLimit('admin'),
    body(why),
    describe({
      tag: 'Administration',
      summary: 'Mail a reset link to the owner',
      description: supportDocs.resetPassword,
      answers: {
        202: {
          description: 'A mail is on its way, unless there were too many',
          schema: z.object({ status: z.literal('reset_sent') }),
        },
      },
      problems: [...PROBLEMS, 'user_state'],
    }),
    async (c) => {
      const { deps, session } = c.var
      const act = { userId: c.req.param('id'), ...c.req.valid('json') }
      await startReset(deps, session, act)
      return c.json({ status: 'reset_sent' as const }, 202)
    },
  )

  .route('/', listActRoutes)

  // For an incident in which nobody knows whose sessions were stolen.
  .post(
    '/api/admin/end-sessions',
    may('user_administration', { stepUp: true }),
    rateLimit('admin'),
    body(why.extend({ everyone })),
    describe({
      tag: 'Administration',
      summary: 'End the sessions of everybody else',
      description: supportDocs.endSessions,
      answers: {
        200: {
          description: 'They have ended',
          schema: z.object({ ended: z.int().describe('How many there were, counted up to 1,000') }),
        },
      },
    }),
    async (c) => {
      const { deps, session } = c.var
      return c.json({ ended: await endEverySession(deps, session, c.req.valid('json').reason) })
    },
  )
