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
      description:
        'Answers the same whether the address is taken or not. The account keeps its address until the new one is confirmed; the present one gets a link that stops it. Uses the step-up up.',
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
      description:
        'Works once. Ends every session but the one that asked, and opens none. The old address gets a link that takes it back, good for seven days.',
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
      description:
        'With the link of a mail about another address, a new authenticator app or new backup codes. Brings the address from before back, takes away what was added of factors in the three days before the mail or since, ends every session and freezes the account until the password is reset. Where the address belongs to another account by now, this one is disabled.',
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
