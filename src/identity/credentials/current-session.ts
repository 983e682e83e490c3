import { and, lt } from 'drizzle-orm'
import type { Context } from 'hono'
import { sessions } from '../../platform/db/session-schema'
import type { AppEnv, Deps } from '../../platform/deps'
import { cookieNamed, SESSION_COOKIE } from '../../platform/http/cookies'
import { refuseOtherSites, requireSameOrigin } from '../../platform/http/csrf'
import { problem } from '../../platform/problems'
import { type CurrentSession, findSession } from './find-session'
import { USE_NOTED_EVERY_SECONDS } from './lifetimes'
import { sessionOfToken } from './session-of-token'
import { isSession, refOf } from './session-ref'
import { readSecret } from './session-secret'

/**
 * The session of a request: by `Authorization: Bearer`, else by our cookie. A request that brings a
 * bearer token has no need of cookies, so they are not looked at. Credentials that are not good are
 * a 401 and never an anonymous call.
 */
export async function currentSession(
  c: Context<AppEnv>,
  byTokenAlone = false,
): Promise<CurrentSession | undefined> {
  const authorization = c.req.header('Authorization')
  if (authorization !== undefined) return sessionByToken(c.var.deps, authorization)
  if (byTokenAlone) return undefined
  const cookie = cookieNamed(c.req.header('Cookie'), SESSION_COOKIE)
  if (cookie === undefined) return undefined
  if (c.req.method === 'GET') refuseOtherSites(c)
  else requireSameOrigin(c)
  return sessionByCookie(c.var.deps, cookie)
}

const BEARER = /^bearer ([A-Za-z0-9._~+/=-]+)$/i

async function sessionByToken(deps: Deps, authorization: string): Promise<CurrentSession> {
  const [, token] = BEARER.exec(authorization) ?? []
  if (!token) throw problem('invalid_access_token', { reason: 'not a bearer token' })
  const live = await sessionOfToken(deps, token)
  if (!('refused' in live)) return live.session
  throw problem('invalid_access_token', { reason: live.refused })
}

async function sessionByCookie(deps: Deps, cookie: string): Promise<CurrentSession> {
  const secret = readSecret(deps.settings, 'cookie', cookie)
  if (!secret) throw problem('invalid_access_token', { reason: 'not one of ours' })
  const session = await findSession(deps, secret)
  if (session?.transport !== 'cookie' || session.secretHash !== secret.secretHash) {
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
