import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../context'
import { may } from '../guards'
import { describe } from '../http/facets'
import { rateLimit } from '../http/rate-limit'
import { body, query } from '../http/validate'
import { reviewedApplication } from './application'
import { decide, decisionBody } from './decide'
import { openDocument } from './documents'
import { listMerchants, merchantEntry, merchantQuery } from './list-merchants'
import { reviewApplication } from './read-application'
import { sendDocument } from './send-document'
import { standing } from './standing'

// Within ten minutes and not used up: a reviewer works through a list.
const steppedUp = may('merchant_review', { stepUp: true })

const decision = (summary: string) =>
  describe({
    tag: 'Review of merchants',
    summary,
    description:
      'Decides on the version that was read, and on no other. Asks for a step-up and does not use it up. The merchant is told the reason by mail.',
    answers: { 200: { description: 'Where it stands now', schema: standing } },
    problems: ['not_found', 'own_account', 'user_state', 'merchant_state', 'version_conflict'],
  })

/** What admins do with applications. One chain, or the typed client would not know a part of it. */
export const reviewRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/',
    may('merchant_review'),
    query(merchantQuery),
    describe({
      tag: 'Review of merchants',
      summary: 'Merchants in a state',
      description:
        'Whoever waits longest comes first. `next` is opaque, and `null` on the last page.',
      answers: {
        200: {
          description: 'One page',
          schema: z.object({ merchants: z.array(merchantEntry), next: z.string().nullable() }),
        },
      },
    }),
    async (c) => c.json(await listMerchants(c.var.deps, c.req.valid('query'))),
  )

  .get(
    '/:userId',
    may('merchant_review'),
    describe({
      tag: 'Review of merchants',
      summary: 'One application',
      description: 'With others that have the same registration number in the same country.',
      answers: { 200: { description: 'The application', schema: reviewedApplication } },
      problems: ['not_found'],
    }),
    async (c) => c.json(await reviewApplication(c.var.deps, c.req.param('userId'))),
  )

  .get(
    '/:userId/documents/:id',
    may('merchant_review'),
    describe({
      tag: 'Review of merchants',
      summary: 'Read a document of a merchant',
      description: 'Leaves an event in the merchant’s activity.',
      answers: { 200: { description: 'The file', schema: z.string(), type: '*/*' } },
      problems: ['not_found'],
    }),
    async (c) => {
      const { userId, id } = c.req.param()
      return sendDocument(c, await openDocument(c.var.deps, c.var.session, { userId, id }))
    },
  )

  .post(
    '/:userId/approve',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Approve a submitted application'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'approve' } as const
      return c.json(await decide(c.var.deps, c.var.session, target, c.req.valid('json')))
    },
  )

  .post(
    '/:userId/reject',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Reject a submitted application for good'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'reject' } as const
      return c.json(await decide(c.var.deps, c.var.session, target, c.req.valid('json')))
    },
  )

  .post(
    '/:userId/request-changes',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Ask a merchant to change a submitted application'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'request-changes' } as const
      return c.json(await decide(c.var.deps, c.var.session, target, c.req.valid('json')))
    },
  )

  .post(
    '/:userId/suspend',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Suspend an approved merchant'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'suspend' } as const
      return c.json(await decide(c.var.deps, c.var.session, target, c.req.valid('json')))
    },
  )

  .post(
    '/:userId/reinstate',
    steppedUp,
    rateLimit('admin'),
    body(decisionBody),
    decision('Reinstate a suspended merchant'),
    async (c) => {
      const target = { userId: c.req.param('userId'), decision: 'reinstate' } as const
      return c.json(await decide(c.var.deps, c.var.session, target, c.req.valid('json')))
    },
  )
