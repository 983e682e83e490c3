import { Hono } from 'hono'
import * as z from 'zod'
import { signedIn, steppedUp } from '../../identity/credentials/guards'
import { authenticatorId, listAuthenticators } from '../../identity/factors/authenticators'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { plainText } from '../../platform/text/display-name'
import { backupCodeRoutes } from './backup-code-routes'
import { beginTotp } from './begin-totp'
import { confirmTotp } from './confirm-totp'
import { twoFactorDocs } from './docs'
import { removeTotp } from './remove-totp'

const NAME_LENGTH = 60

export const twoFactorRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/users/enable-2fa',
    steppedUp,
    rateLimit('codes'),
    body(
      z.strictObject({
        name: plainText(NAME_LENGTH)
          .default('Authenticator app')
          .describe('What its owner calls it'),
      }),
    ),
    describe({
      tag: 'Second factors',
      summary: 'Begin to set up an authenticator app',
      description: twoFactorDocs.begin,
      answers: {
        200: {
          description: 'What the app needs',
          schema: z.object({
            id: z.string(),
            secret: z.string().describe('Base32; SHA-1, six digits, 30 seconds'),
            otpauth_uri: z.string(),
            qr_svg: z.string().describe('The URI as a QR code'),
          }),
        },
      },
      problems: ['too_many_authenticators'],
    }),
    async (c) => {
      const { name } = c.req.valid('json')
      const { id, seed, uri, qrSvg } = await beginTotp(c.var.deps, c.var.session, name)
      return c.json({ id, secret: seed, otpauth_uri: uri, qr_svg: qrSvg })
    },
  )

  .post(
    '/api/users/enable-2fa/confirm',
    steppedUp,
    rateLimit('codes'),
    body(
      z.strictObject({
        id: authenticatorId,
        code: z.string().regex(/^[0-9]{6}$/, 'must be six digits'),
      }),
    ),
    describe({
      tag: 'Second factors',
      summary: 'Turn the authenticator app on',
      description: twoFactorDocs.confirm,
      answers: {
        200: {
          description: 'The app is on',
          schema: z.object({
            backup_codes: z
              .array(z.string())
              .nullable()
              .describe('`null` when the account still has some'),
            backup_codes_left: z.int(),
          }),
        },
      },
      problems: [
        'invalid_challenge',
        'invalid_code',
        'code_used',
        'too_many_attempts',
        'authenticator_stopped',
        'not_found',
      ],
    }),
    async (c) => {
      const { deps, session } = c.var
      const { backupCodes, backupCodesLeft } = await confirmTotp(deps, session, c.req.valid('json'))
      return c.json({ backup_codes: backupCodes, backup_codes_left: backupCodesLeft })
    },
  )

  .post(
    '/api/users/enable-2fa/disable',
    steppedUp,
    rateLimit('codes'),
    body(z.strictObject({ id: authenticatorId.optional().describe('Without it: all of them') })),
    describe({
      tag: 'Second factors',
      summary: 'Remove an authenticator app, or all',
      description: twoFactorDocs.remove,
      answers: { 204: { description: 'It is gone', schema: null } },
      problems: ['not_found', 'last_authenticator'],
    }),
    async (c) => {
      await removeTotp(c.var.deps, c.var.session, c.req.valid('json').id)
      return c.body(null, 204)
    },
  )

  .get(
    '/api/users/authenticators',
    signedIn,
    describe({
      tag: 'Second factors',
      summary: 'The authenticator apps of the account',
      answers: {
        200: {
          description: 'Those that are on, oldest first',
          schema: z.object({
            authenticators: z.array(
              z.object({ id: z.string(), name: z.string(), created_at: z.iso.datetime() }),
            ),
            backup_codes_left: z.int(),
          }),
        },
      },
    }),
    async (c) => {
      const { deps, session } = c.var
      const { authenticators, backupCodesLeft } = await listAuthenticators(deps, session.user.id)
      return c.json({
        authenticators: authenticators.map(({ id, name, createdAt }) => ({
          id,
          name,
          created_at: createdAt.toISOString(),
        })),
        backup_codes_left: backupCodesLeft,
      })
    },
  )

  .route('/', backupCodeRoutes)
