import { Hono } from 'hono'
import { may } from '../../identity/credentials/guards'
import { standing } from '../../identity/merchant-profile/standing'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { decide, decisionBody, suspensionBody } from './decide'

// Within ten minutes and not used up: a reviewer works through a list.
const steppedUp = may('merchant_review', { stepUp: true })

const ABOUT_BOTH =
  'Asks for a step-up and does not use it up. The merchant is told the reason by mail.'
const answers = { 200: { description: 'Where it stands now', schema: standing } }
const PROBLEMS = ['not_found', 'own_account', 'user_state', 'merchant_state'] as const

const decision = (summary: string) =>
  describe({
    tag: 'Review of merchants',
    summary,
    description: `Decides on the version that was read, and on no other. ${ABOUT_BOTH}`,
    answers,
    problems: [...PROBLEMS, 'version_conflict'],
  })

const suspension = (summary: string) =>
  describe({
    tag: 'Review of merchants',
    summary,
    description: `In whatever version the profile is. ${ABOUT_BOTH}`,
    answers,
    problems: PROBLEMS,
  })

/** What admins decide on applications. One chain: the typed client knows only what stands in it. */
export const decisionRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/admin/merchants/:userId/approve',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Approve a submitted application'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'approve' } as const
      const decided = { ...target, ...c.req.valid('json') }
      return c.json(await decide(c.var.deps, c.var.session, decided))
    },
  )

  .post(
    '/api/admin/merchants/:userId/reject',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Reject a submitted application for good'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'reject' } as const
      const decided = { ...target, ...c.req.valid('json') }
      return c.json(await decide(c.var.deps, c.var.session, decided))
    },
  )

  .post(
    '/api/admin/merchants/:userId/request-changes',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Ask a merchant to change a submitted application'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'request-changes' } as const
      const decided = { ...target, ...c.req.valid('json') }
      return c.json(await decide(c.var.deps, c.var.session, decided))
    },
  )

  .post(
    '/api/admin/merchants/:userId/suspend',
    steppedUp,
    rateLimit('admin'),
    body(suspensionBody),
    suspension('Suspend an approved merchant'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'suspend' } as const
      const { reason } = c.req.valid('json')
      return c.json(await decide(c.var.deps, c.var.session, { ...target, reason }))
    },
  )

  .post(
    '/api/admin/merchants/:userId/reinstate',
    steppedUp,
    rateLimit('admin'),
    body(suspensionBody),
    suspension('Reinstate a suspended merchant'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'reinstate' } as const
      const { reason } = c.req.valid('json')
      return c.json(await decide(c.var.deps, c.var.session, { ...target, reason }))
    },
  )
