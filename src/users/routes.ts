import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../context'
import { anyone, signedIn } from '../guards'
import { describe } from '../http/facets'
import { rateLimit } from '../http/rate-limit'
import { body } from '../http/validate'
import { merchantDraft } from '../merchants/draft'
import { newPassword } from '../passwords/policy'
import { createUser } from './create-user'
import { emailAddress } from './email-key'
import { username } from './username'
import { resendVerification, verifyEmail } from './verify-email'

const sent = z.object({ status: z.literal('verification_sent') })
const SENT = { status: 'verification_sent' } as const

const createBody = z
  .strictObject({
    email: emailAddress,
    password: newPassword,
    username: username.optional(),
    role: z.enum(['customer', 'merchant']).default('customer'),
    merchant: merchantDraft
      .optional()
      .describe('Business profile, kept as a draft; merchants only'),
  })
  .refine(({ role, merchant }) => role === 'merchant' || merchant === undefined, {
    path: ['merchant'],
    message: 'only an account with the role "merchant" has a business profile',
  })

const me = z.object({
  id: z.string(),
  email: z.string(),
  username: z.string().nullable(),
  display_name: z.string().nullable(),
  locale: z.string(),
  role: z.enum(['admin', 'merchant', 'customer']),
  created_at: z.iso.datetime(),
  email_verified_at: z.iso.datetime().nullable(),
  last_login_at: z.iso.datetime().nullable(),
  session: z.object({
    id: z.string(),
    acr: z.enum(['aal1', 'aal2']),
    amr: z.array(z.string()),
    auth_time: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  }),
})

export const userRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/create',
    anyone,
    rateLimit('sign_up'),
    body(createBody),
    describe({
      tag: 'Accounts',
      summary: 'Sign up',
      description:
        'Answers the same for a new, an existing, an unconfirmed and a disabled address; what happened is told by mail. A second sign-up for an address that was never confirmed replaces the first.',
      answers: { 202: { description: 'A mail is on its way', schema: sent } },
      problems: ['password_rejected'],
    }),
    async (c) => {
      await createUser(c.var.deps, c.req.valid('json'))
      return c.json(SENT, 202)
    },
  )

  .get(
    '/me',
    signedIn,
    describe({
      tag: 'Accounts',
      summary: 'The signed-in user and this session',
      answers: { 200: { description: 'The profile', schema: me } },
    }),
    (c) => {
      const { user, ...session } = c.var.session
      return c.json({
        id: user.id,
        email: user.email,
        username: user.username,
        display_name: user.displayName,
        locale: user.locale,
        role: user.role,
        created_at: user.createdAt.toISOString(),
        email_verified_at: user.emailVerifiedAt?.toISOString() ?? null,
        last_login_at: user.lastLoginAt?.toISOString() ?? null,
        session: {
          id: session.id,
          acr: session.acr,
          amr: [...session.amr],
          auth_time: session.authTime.toISOString(),
          expires_at: session.expiresAt.toISOString(),
        },
      })
    },
  )

export const verifyEmailRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/',
    anyone,
    rateLimit('codes'),
    body(
      z.strictObject({
        token: z
          .string()
          .regex(/^[A-Za-z0-9_-]{43}$/, 'must be the token of a link we mailed')
          .describe('From the fragment of the mailed link'),
      }),
    ),
    describe({
      tag: 'Accounts',
      summary: 'Confirm an e-mail address',
      description: 'Works once. Opens no session.',
      answers: {
        200: {
          description: 'The address is confirmed',
          schema: z.object({ status: z.literal('verified') }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      await verifyEmail(c.var.deps, c.req.valid('json').token)
      return c.json({ status: 'verified' as const })
    },
  )

  .post(
    '/resend',
    anyone,
    rateLimit('mail'),
    body(z.strictObject({ email: emailAddress })),
    describe({
      tag: 'Accounts',
      summary: 'Send the verification link again',
      description: 'Answers the same for every address. The link before is dead.',
      answers: {
        202: { description: 'If the address waits for it, a mail is on its way', schema: sent },
      },
    }),
    async (c) => {
      await resendVerification(c.var.deps, c.req.valid('json').email)
      return c.json(SENT, 202)
    },
  )
