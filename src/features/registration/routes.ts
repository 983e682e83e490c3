import { Hono } from 'hono'
import * as z from 'zod'
import {
  scheduledAnswer,
  scheduledAnswerOf,
  waitingAnswer,
  waitingAnswerOf,
} from '../../identity/approvals/answers'
import { deviceTokensOf } from '../../identity/attempts/device-token'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { perhapsSignedIn, requirePermission } from '../../identity/credentials/guards'
import { merchantDraft } from '../../identity/merchant-profile/draft'
import { newPassword } from '../../identity/password-policy/policy'
import { body } from '../../platform/body/validate'
import { roles } from '../../platform/db/schema'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { problem } from '../../platform/problems'
import { emailAddress } from '../../platform/text/email-key'
import { locale } from '../../platform/text/locale'
import { username } from '../../platform/text/username'
import { invite } from '../invitations/invite'
import { invitedAnswer, invitedAnswerOf } from '../invitations/invited-answer'
import { createUser, type SignUp } from './create-user'
import { registrationDocs } from './docs'
import { verifyEmailRoutes } from './verify-email-routes'

const createBody = z
  .strictObject({
    email: emailAddress,
    password: newPassword.optional(),
    username: username.optional(),
    locale: locale.optional().describe('Language of mails, "en" at first'),
    role: z.enum(roles).default('customer').describe('`admin` in an invitation only'),
    merchant: merchantDraft
      .optional()
      .describe('Business profile, kept as a draft; merchants only'),
    bootstrap_token: z
      .string()
      .max(200)
      .optional()
      .describe('A new `BOOTSTRAP_TOKEN`: with it a sole admin invites an admin at once'),
  })
  .refine(({ role, merchant }) => role === 'merchant' || merchant === undefined, {
    path: ['merchant'],
    message: 'only an account with the role "merchant" has a business profile',
  })

type CreateBody = z.output<typeof createBody>

const sent = z.object({ status: z.literal('verification_sent') })

export const registrationRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/users/create',
    perhapsSignedIn,
    rateLimit('sign_up'),
    body(createBody),
    describe({
      tag: 'Accounts',
      summary: 'Sign up; as an admin, invite',
      description: registrationDocs.create,
      answers: {
        201: { description: 'To an admin: the invitation is on its way', schema: invitedAnswer },
        202: {
          description:
            'A mail is on its way; to an admin: another one must approve, or the day must come',
          schema: z.union([sent, waitingAnswer, scheduledAnswer]),
        },
      },
      problems: [
        'password_rejected',
        'insufficient_user_authentication',
        'address_taken',
        'already_scheduled',
        'user_state',
      ],
    }),
    async (c) => {
      const { deps } = c.var
      const input = c.req.valid('json')
      const session: CurrentSession | undefined = c.get('session')
      // Any other session makes its holder no more than a stranger here.
      if (session?.user.role !== 'admin') {
        await createUser(deps, signUpOf(input), { deviceTokens: deviceTokensOf(c) })
        return c.json({ status: 'verification_sent' as const }, 202)
      }
      await requirePermission(deps, session, 'user_administration', true)
      const invitation = await invite(deps, session, invitationOf(input))
      const { userId } = invitation
      if ('grant' in invitation) return c.json(waitingAnswerOf(userId, invitation.grant), 202)
      if ('scheduled' in invitation) {
        return c.json(scheduledAnswerOf(userId, invitation.scheduled), 202)
      }
      return c.json(invitedAnswerOf(invitation, input), 201)
    },
  )
  .route('/', verifyEmailRoutes)

function signUpOf({ password, role, bootstrap_token, ...rest }: CreateBody): SignUp {
  if (password === undefined) throw refused('password', 'is missing')
  if (role === 'admin') throw refused('role', 'must be "customer" or "merchant"')
  if (bootstrap_token !== undefined) {
    throw refused('bootstrap_token', 'is for an admin who invites another one')
  }
  return { ...rest, password, role }
}

/** Nobody sets a password or says anything of somebody else. */
function invitationOf({ bootstrap_token, ...input }: CreateBody) {
  const { email, role, locale: language, ...rest } = input
  for (const [field, value] of Object.entries(rest)) {
    if (value !== undefined) throw refused(field, 'is its owner’s to say, not an admin’s')
  }
  if (bootstrap_token !== undefined && role !== 'admin') {
    throw refused('bootstrap_token', 'is for the invitation of an admin')
  }
  return { email, role, locale: language, bootstrapToken: bootstrap_token }
}

const refused = (field: string, detail: string) =>
  problem('invalid_request', { errors: [{ pointer: `#/${field}`, detail }] })
