import { Hono } from 'hono'
import * as z from 'zod'
import { linkToken } from '../../identity/accounts/mailed-link'
import { steppedUp } from '../../identity/credentials/guards'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { emailAddress } from '../../platform/text/email-key'
import { emailChangeDocs } from './docs'
import {
  confirmNotificationEmail,
  removeNotificationEmail,
  requestNotificationEmail,
} from './notification-email'

export const notificationEmailRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/users/notification-email',
    steppedUp,
    rateLimit('mail'),
    body(z.strictObject({ email: emailAddress })),
    describe({
      tag: 'Accounts',
      summary: 'Ask for a second address for security notices',
      description: emailChangeDocs.askForNotices,
      answers: {
        202: {
          description: 'A mail is on its way',
          schema: z.object({ status: z.literal('confirmation_sent') }),
        },
      },
    }),
    async (c) => {
      await requestNotificationEmail(c.var.deps, c.var.session, c.req.valid('json').email)
      return c.json({ status: 'confirmation_sent' as const }, 202)
    },
  )

  .post(
    '/api/users/notification-email/confirm',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Accounts',
      summary: 'Confirm the second address',
      description: 'Works once. Opens no session.',
      answers: {
        200: {
          description: 'Notices go to both addresses',
          schema: z.object({ status: z.literal('confirmed') }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      await confirmNotificationEmail(c.var.deps, c.req.valid('json').token)
      return c.json({ status: 'confirmed' as const })
    },
  )

  .delete(
    '/api/users/notification-email',
    steppedUp,
    rateLimit('account'),
    describe({
      tag: 'Accounts',
      summary: 'Remove the second address',
      description: 'A link for one that is not confirmed yet is dead. Uses the step-up up.',
      answers: { 204: { description: 'Notices go to the first address alone', schema: null } },
    }),
    async (c) => {
      await removeNotificationEmail(c.var.deps, c.var.session)
      return c.body(null, 204)
    },
  )
