import type { Context, MiddlewareHandler } from 'hono'
import { and, lt } from 'drizzle-orm'
import type { AppEnv, Deps } from './context'
import { verifyAccessToken } from './crypto/jwt'
import { sessions } from './db/schema'
import { cookieNamed, SESSION_COOKIE } from './http/cookies'
import { requireSameOrigin } from './http/csrf'
import { type Facet, withFacet } from './http/facets'
import { log } from './log'
import { problem } from './problems'
import { type CurrentSession, findSession } from './sessions/find-session'
import { USE_NOTED_EVERY_SECONDS } from './sessions/lifetimes'
import { isSession, refOf } from './sessions/session-ref'
import { readSecret } from './sessions/session-secret'
import { requireSteppedUp } from './sessions/step-up'

const guards = new WeakSet<object>()

/** Who may call a route. tests/every-route.test.ts fails on a route that does not start with one. */
export const isGuard = (handler: object): boolean => guards.has(handler)

function guard(facet: Facet, handler: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> {
  guards.add(handler)
  return withFacet(facet, handler)
}

/** Says out loud that a route is open to the world. */
export const anyone = guard({ security: [] }, function anyone(_c, next) {
  return next()
})

/** A live session, by access token or by our cookie. */
export const signedIn = guard(
  {
    security: ['bearer', 'cookie'],
    problems: ['unauthorized', 'invalid_access_token', 'cross_site_request'],
  },
  async function signedIn(c, next) {
    const session = await currentSession(c)
    if (!session) throw problem('unauthorized')
    c.set('session', session)
    return next()
  },
)

/** A live session that has passed both steps in the last ten minutes, and has not used that up. */
export const steppedUp = guard(
  {
    security: ['bearer', 'cookie'],
    problems: [
      'unauthorized',
      'invalid_access_token',
      'cross_site_request',
      'insufficient_user_authentication',
    ],
  },
  async function steppedUp(c, next) {
    const session = await currentSession(c)
    if (!session) throw problem('unauthorized')
    requireSteppedUp(c.var.deps, session)
    c.set('session', session)
    return next()
  },
)

/** The same by access token alone, for a GET that changes something: a cookie comes along by itself. */
export const steppedUpByToken = guard(
  {
    security: ['bearer'],
    problems: ['unauthorized', 'invalid_access_token', 'insufficient_user_authentication'],
  },
  async function steppedUpByToken(c, next) {
    const authorization = c.req.header('Authorization')
    if (authorization === undefined) throw problem('unauthorized')
    const session = await sessionByToken(c.var.deps, authorization)
    requireSteppedUp(c.var.deps, session)
    c.set('session', session)
    return next()
  },
)

/** A session when there is one; the route itself says what it does without. */
export const perhapsSignedIn = guard(
  {
    security: ['bearer', 'cookie', 'none'],
    problems: ['unauthorized', 'invalid_access_token', 'cross_site_request'],
  },
  async function perhapsSignedIn(c, next) {
    const session = await currentSession(c)
    if (session) c.set('session', session)
    return next()
  },
)

/**
 * The session of a request: by `Authorization: Bearer`, else by our cookie. A request that brings a
 * bearer token has no need of cookies, so they are not looked at. Credentials that are not good are a
 * 401 and never an anonymous call.
 */
async function currentSession(c: Context<AppEnv>): Promise<CurrentSession | undefined> {
  const authorization = c.req.header('Authorization')
  if (authorization !== undefined) return sessionByToken(c.var.deps, authorization)
  const cookie = cookieNamed(c.req.header('Cookie'), SESSION_COOKIE)
  if (cookie === undefined) return undefined
  if (!['GET', 'HEAD'].includes(c.req.method)) requireSameOrigin(c)
  return sessionByCookie(c.var.deps, cookie)
}

const BEARER = /^bearer ([A-Za-z0-9._~+/=-]+)$/i

async function sessionByToken(deps: Deps, authorization: string): Promise<CurrentSession> {
  const [, token] = BEARER.exec(authorization) ?? []
  if (!token) throw problem('invalid_access_token', { reason: 'not a bearer token' })
  const claims = await verifyAccessToken(deps.settings.SIGNING_KEYS, token, {
    issuer: deps.settings.ISSUER,
    audience: deps.settings.AUDIENCE,
    now: deps.now(),
  })
  if (!claims) throw problem('invalid_access_token', { reason: 'not verified' })
  const session = await findSession(deps, { userId: claims.sub, sessionId: claims.sid })
  if (session?.transport !== 'bearer') {
    log('warn', 'session_use_after_expire', { request_id: deps.caller.requestId })
    throw problem('invalid_access_token', { reason: 'session over' })
  }
  // A role that has changed since is a token that lies about its holder.
  if (session.user.role !== claims.role) throw problem('invalid_access_token', { reason: 'role' })
  // One from before a step-up is a copy that must not share in it.
  if (Math.floor(session.authTime.getTime() / 1000) !== claims.auth_time) {
    throw problem('invalid_access_token', { reason: 'replaced at step-up' })
  }
  return session
}

async function sessionByCookie(deps: Deps, cookie: string): Promise<CurrentSession> {
  const secret = readSecret(deps.settings, 'cookie', cookie)
  const session = secret && (await findSession(deps, secret))
  if (session?.transport !== 'cookie' || session.secretHash !== secret?.secretHash) {
    log('warn', 'session_use_after_expire', { request_id: deps.caller.requestId })
    throw problem('invalid_access_token', { reason: 'session over' })
  }
  const now = deps.now()
  const noted = new Date(now.getTime() - USE_NOTED_EVERY_SECONDS * 1000)
  if (session.lastUsedAt <= noted) {
    deps.waitUntil(
      deps.db
        .update(sessions)
        .set({ lastUsedAt: now })
        .where(and(isSession(refOf(session)), lt(sessions.lastUsedAt, now))),
    )
  }
  return session
}
