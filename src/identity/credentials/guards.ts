import type { Context } from 'hono'
import { recordSampled } from '../../platform/audit/sampled'
import { roles as allRoles } from '../../platform/db/schema'
import type { AppEnv, Deps } from '../../platform/deps'
import { guard } from '../../platform/http/guard'
import { problem } from '../../platform/problems'
import { currentSession } from './current-session'
import type { CurrentSession } from './find-session'
import { type Permission, type PermissionName, permissions } from './permissions'
import { requireAal2, requireSteppedUp } from './step-up'

declare module 'hono' {
  interface ContextVariableMap {
    session: CurrentSession
  }
}

function setSession(c: Context<AppEnv>, session: CurrentSession): void {
  c.set('session', session)
  c.set('principal', session.user.id)
}

type Demand = Readonly<{
  /** Both steps in the last ten minutes, not used up by an act (RFC 9470). */
  stepUp?: boolean
  /** No cookies: for a GET that changes something, since they come along by themselves. */
  byTokenAlone?: boolean
}>

/**
 * A live session of a role that has the permission (identity/credentials/permissions.ts); nobody
 * else passes.
 */
export function may(name: PermissionName, { stepUp, byTokenAlone }: Demand = {}) {
  const { roles, needsAal2 }: Permission = permissions[name]
  const isForAll = allRoles.every((role) => roles.includes(role))
  return guard(
    {
      permission: name,
      security: byTokenAlone ? ['bearer'] : ['bearer', 'cookie'],
      problems: [
        'unauthorized',
        'invalid_access_token',
        ...(byTokenAlone ? [] : (['cross_site_request'] as const)),
        ...(isForAll ? [] : (['forbidden'] as const)),
        ...(needsAal2 || stepUp ? (['insufficient_user_authentication'] as const) : []),
      ],
    },
    async function may(c, next) {
      const session = await currentSession(c, byTokenAlone)
      if (!session) throw problem('unauthorized')
      await requirePermission(c.var.deps, session, name, stepUp)
      setSession(c, session)
      return next()
    },
  )
}

/** For a route that takes anyone and does more for some: refuses a session that may not. */
export async function requirePermission(
  deps: Deps,
  session: CurrentSession,
  name: PermissionName,
  stepUp = false,
): Promise<void> {
  const { roles, needsAal2 }: Permission = permissions[name]
  if (!roles.includes(session.user.role)) await refuse(deps, session, name)
  if (needsAal2) requireAal2(session)
  if (stepUp) requireSteppedUp(deps, session)
}

/** A live session of anybody, by access token or by our cookie. */
export const signedIn = may('own_account')
/** One that has passed both steps in the last ten minutes, and has not used that up. */
export const steppedUp = may('own_account', { stepUp: true })
/** The same by access token alone. */
export const steppedUpByToken = may('own_account', { stepUp: true, byTokenAlone: true })

/** Records it counted: in a loop, any account could fill the trail. */
async function refuse(deps: Deps, session: CurrentSession, permission: string): Promise<never> {
  const { id: userId, role } = session.user
  const who = { userId, actor: userId, sessionId: session.id }
  const event = { event: 'authz_fail', ...who, data: { permission, role } } as const
  await recordSampled(deps, event, { source: userId, kind: permission })
  throw problem('forbidden', { reason: `${role} has no ${permission}` })
}

/** A session when there is one; the route itself says what it does without. */
export const perhapsSignedIn = guard(
  {
    security: ['bearer', 'cookie', 'none'],
    problems: ['unauthorized', 'invalid_access_token', 'cross_site_request'],
  },
  async function perhapsSignedIn(c, next) {
    const session = await currentSession(c)
    if (session) setSession(c, session)
    return next()
  },
)
