import { Hono } from 'hono'
import * as z from 'zod'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { emailAddress } from '../../platform/text/email-key'
import { bootstrap } from './bootstrap'
import { invitationDocs } from './docs'

export const bootstrapRoutes = new Hono<AppEnv>({ strict: false }).post(
  '/api/admin/bootstrap',
  anyone,
  rateLimit('sign_up'),
  body(z.strictObject({ token: z.string().min(1).max(200), email: emailAddress })),
  describe({
    tag: 'Administration',
    summary: 'Invite the first admin',
    description: invitationDocs.bootstrap,
    answers: {
      202: {
        description: 'The invitation is on its way',
        schema: z.object({ status: z.literal('invitation_sent') }),
      },
    },
    problems: ['not_found', 'address_taken'],
  }),
  async (c) => {
    await bootstrap(c.var.deps, c.req.valid('json'))
    return c.json({ status: 'invitation_sent' as const }, 202)
  },
)
