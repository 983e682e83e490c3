import { Hono } from 'hono'
import * as z from 'zod'
import { may } from '../../identity/credentials/guards'
import { reviewedApplication } from '../../identity/merchant-profile/application'
import { openDocument } from '../../identity/merchant-profile/open-document'
import { reviewApplication } from '../../identity/merchant-profile/read-application'
import { sendDocument } from '../../identity/merchant-profile/send-document'
import { query } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { decisionRoutes } from './decision-routes'
import { listMerchants, merchantEntry, merchantQuery } from './list-merchants'

/** What admins read of applications, and decide on them. */
export const merchantReviewRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/admin/merchants',
    may('merchant_review'),
    rateLimit('admin'),
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
    '/api/admin/merchants/:userId',
    may('merchant_review'),
    rateLimit('admin'),
    describe({
      tag: 'Review of merchants',
      summary: 'One application',
      description: 'With others of the same country that have one of its numbers.',
      answers: { 200: { description: 'The application', schema: reviewedApplication } },
      problems: ['not_found'],
    }),
    async (c) => c.json(await reviewApplication(c.var.deps, c.req.param('userId'))),
  )

  .get(
    '/api/admin/merchants/:userId/documents/:id',
    may('merchant_review'),
    rateLimit('admin'),
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

  .route('/', decisionRoutes)
