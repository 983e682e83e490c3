import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app'
import { openApiDocument } from '../../src/http/openapi'
import { settings } from '../../src/platform/settings'
import { startApp } from './app'
import { withoutLimits } from './test-deps'

/** Nobody has this address, and no other file guesses at it. */
const EVE = `eve-${crypto.randomUUID()}@example.com`
const TOKEN = 'A'.repeat(43)
const NEW_PASSWORD = 'four quiet otters knit'

/** A body of the right form for every endpoint that anyone can send one to. */
export const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  '/api/auth/login/': { identifier: EVE, password: 'not the password' },
  '/api/auth/verify-2fa/': { challenge: TOKEN, method: 'email', code: '000000' },
  '/api/auth/resend-otp/': { challenge: TOKEN },
  '/api/auth/verify-email/': { token: TOKEN },
  '/api/auth/verify-email/resend/': { email: EVE },
  '/api/auth/refresh/': { refresh_token: 'x' },
  '/api/auth/logout/': { refresh_token: 'x' },
  '/api/auth/reset-password/': { email: EVE },
  '/api/auth/reset-password/check/': { token: TOKEN },
  '/api/auth/reset-password/confirm/': { token: TOKEN, password: NEW_PASSWORD },
  '/api/auth/not-me/': { token: TOKEN },
  '/api/auth/stop-act/': { token: TOKEN },
  '/api/users/create/': { email: EVE, password: NEW_PASSWORD },
  '/api/users/change-email/confirm/': { token: TOKEN },
  '/api/users/notification-email/confirm/': { token: TOKEN },
  '/api/users/keep-account/': { token: TOKEN },
  '/api/users/accept-invitation/check/': { token: TOKEN },
  '/api/users/accept-invitation/': { token: TOKEN, password: NEW_PASSWORD },
  '/api/admin/bootstrap/': { token: TOKEN, email: EVE },
}

/** The endpoints that take a body and ask for no session, as the document of the API has them. */
export const openEndpoints = () =>
  Object.entries(openApiDocument(createApp().routes, settings(env)).paths)
    .filter(([, { post }]) => post?.requestBody && post.security.every(isNone))
    .map(([path]) => path)

const isNone = (scheme: object) => Object.keys(scheme).length === 0

/** Without limits that a hundred bad bodies would meet. */
export const openApp = () => startApp(withoutLimits)
