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
import { requestEmailChange } from './change-email'
import { confirmEmailChange } from './confirm-email-change'
import { emailChangeDocs } from './docs'
import { freezeAccount } from './not-me'
import { notificationEmailRoutes } from './notification-email-routes'

export const emailChangeRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/users/change-email',
    steppedUp,
    rateLimit('mail'),
    body(z.strictObject({ email: emailAddress })),
    describe({
      tag: 'Accounts',
      summary: 'Ask for another e-mail address',
      description: emailChangeDocs.ask,
      answers: {
        202: {
          description: 'A mail is on its way',
          schema: z.object({ status: z.literal('confirmation_sent') }),
        },
      },
    }),
    async (c) => {
      await requestEmailChange(c.var.deps, c.var.session, c.req.valid('json').email)
      return c.json({ status: 'confirmation_sent' as const }, 202)
    },
  )

  .post(
    '/api/users/change-email/confirm',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Accounts',
      summary: 'Confirm the new e-mail address',
      description: emailChangeDocs.confirm,
      answers: {
        200: {
          description: 'The account has the new address',
          schema: z.object({ status: z.literal('email_changed') }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      await confirmEmailChange(c.var.deps, c.req.valid('json').token)
      return c.json({ status: 'email_changed' as const })
    },
  )

  .route('/', notificationEmailRoutes)

  .post(
    '/api/auth/not-me',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Recovery',
      summary: 'Say that a change was somebody else',
      description: emailChangeDocs.notMe,
      answers: {
        200: {
          description: 'Nobody can sign in',
          schema: z.object({ status: z.enum(['frozen', 'disabled']) }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      const status = await freezeAccount(c.var.deps, c.req.valid('json').token)
      return c.json({ status })
    },
  )
