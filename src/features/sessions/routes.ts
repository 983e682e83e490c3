import { Hono } from 'hono'
import * as z from 'zod'
import { perhapsSignedIn } from '../../identity/credentials/guards'
import { refOf } from '../../identity/credentials/session-ref'
import { tokensAnswer, tokensOf } from '../../identity/credentials/tokens-answer'
import { endSession } from '../../identity/sessions/end-session'
import { body } from '../../platform/body/validate'
import { publicJwk, publicJwkSchema } from '../../platform/crypto/jwt'
import type { AppEnv } from '../../platform/deps'
import { endedSessionCookie } from '../../platform/http/cookies'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { problem } from '../../platform/problems'
import { deviceRoutes } from './device-routes'
import { sessionDocs } from './docs'
import { endByRefreshToken, refreshSession } from './refresh'
import { sessionListRoutes } from './session-list-routes'

const refreshToken = z
  .string()
  .max(4096)
  .describe('The newest refresh token of the session, opaque')

export const sessionRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/auth/refresh',
    anyone,
    rateLimit('refresh'),
    body(z.strictObject({ refresh_token: refreshToken })),
    describe({
      tag: 'Sessions',
      summary: 'Exchange a refresh token',
      description: sessionDocs.refresh,
      answers: { 200: { description: 'Fresh tokens', schema: tokensAnswer } },
      problems: ['invalid_refresh_token'],
    }),
    async (c) => {
      const refreshed = await refreshSession(c.var.deps, c.req.valid('json').refresh_token)
      return c.json(tokensOf(refreshed))
    },
  )

  .post(
    '/api/auth/logout',
    perhapsSignedIn,
    rateLimit('refresh'),
    body(z.strictObject({ refresh_token: refreshToken.optional() })),
    describe({
      tag: 'Sessions',
      summary: 'End the session',
      description: 'By access token or cookie, or by `refresh_token` in the body.',
      answers: { 204: { description: 'The session is over', schema: null } },
      problems: ['unauthorized', 'invalid_refresh_token'],
    }),
    async (c) => {
      const { refresh_token: token } = c.req.valid('json')
      const session = c.get('session')
      if (token !== undefined) await endByRefreshToken(c.var.deps, token)
      else if (session) {
        await endSession(c.var.deps, refOf(session), 'session_ended')
      } else throw problem('unauthorized')
      // Not "cookies": the device cookie must outlive the session, because it keeps the owner from
      // being locked out.
      c.header('Clear-Site-Data', '"cache", "storage"')
      c.header('Set-Cookie', endedSessionCookie())
      return c.body(null, 204)
    },
  )

  .route('/', sessionListRoutes)
  .route('/', deviceRoutes)

  .get(
    '/.well-known/jwks.json',
    anyone,
    describe({
      tag: 'Sessions',
      summary: 'Keys that verify access tokens',
      description:
        'RFC 7517. While a key is being replaced both are here; fetch anew on an unknown `kid`.',
      answers: {
        200: {
          description: 'The public keys',
          schema: z.object({ keys: z.array(publicJwkSchema) }),
        },
      },
    }),
    (c) => {
      c.header('Cache-Control', 'public, max-age=300')
      return c.json({ keys: c.var.deps.settings.SIGNING_KEYS.map(publicJwk) })
    },
  )
