import { Hono } from 'hono'
import * as z from 'zod'
import { linkToken } from '../../identity/accounts/mailed-link'
import { deviceTokensOf } from '../../identity/attempts/device-token'
import { newPassword } from '../../identity/password-policy/policy'
import { body } from '../../platform/body/validate'
import { roles } from '../../platform/db/schema'
import type { AppEnv } from '../../platform/deps'
import { deviceCookie } from '../../platform/http/cookies'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { locale } from '../../platform/text/locale'
import { username } from '../../platform/text/username'
import { acceptInvitation, checkInvitation } from './accept-invitation'
import { bootstrapRoutes } from './bootstrap-routes'
import { invitationDocs } from './docs'

export const invitationRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/users/accept-invitation',
    anyone,
    rateLimit('codes'),
    body(
      z.strictObject({
        token: linkToken,
        password: newPassword,
        username: username.optional(),
        locale: locale.optional(),
      }),
    ),
    describe({
      tag: 'Accounts',
      summary: 'Accept an invitation',
      description: invitationDocs.accept,
      answers: {
        200: {
          description: 'The account can sign in',
          schema: z.object({ status: z.literal('accepted') }),
        },
      },
      problems: ['invalid_token', 'password_rejected', 'username_taken', 'invalid_access_token'],
    }),
    async (c) => {
      const deviceTokens = deviceTokensOf(c)
      const input = { ...c.req.valid('json'), deviceTokens }
      c.header('Set-Cookie', deviceCookie(await acceptInvitation(c.var.deps, input)))
      return c.json({ status: 'accepted' as const })
    },
  )

  .post(
    '/api/users/accept-invitation/check',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Accounts',
      summary: 'What an invitation is for',
      description: 'For the page of the link. Uses nothing up.',
      answers: {
        200: {
          description: 'The link is good',
          schema: z.object({
            email: z.string().describe('Of the account, for password managers'),
            role: z.enum(roles),
          }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => c.json(await checkInvitation(c.var.deps, c.req.valid('json').token)),
  )

  .route('/', bootstrapRoutes)
