import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { byStepUp } from '../../identity/approvals/authority'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { may } from '../../identity/credentials/guards'
import { body } from '../../platform/body/validate'
import type { AppEnv, Deps } from '../../platform/deps'
import { describe, paragraph } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { type ProblemCode, toCode } from '../../platform/problems'
import type { UserAct } from '../admin/act-on-users'
import { disableUsers, enableUsers } from '../admin/disable-user'
import { reason, type Refusals } from '../admin/target'
import { supportDocs } from './docs'
import { endUserSessions, startResets } from './first-aid'
import { unlockUsers } from './unlock-user'

/** Accounts of one act. Each costs D1 up to nine statements, of the thousand of a request. */
const MOST = 100

const admin = may('user_administration', { stepUp: true })
const listAct = z.strictObject({
  user_ids: z
    .array(z.string().regex(/^usr_[A-Za-z0-9_-]{22}$/))
    .min(1)
    .max(MOST)
    .refine((ids) => new Set(ids).size === ids.length, 'must not name an account twice'),
  reason,
})
const list = body(listAct)

const CODES = [
  'not_found',
  'own_account',
  'user_state',
  'needs_another_admin',
  'too_many_requests',
  'service_unavailable',
  'internal_error',
] as const satisfies ProblemCode[]

const results = z.object({
  results: z.array(
    z.object({
      user_id: z.string(),
      status: z.enum(['done', 'refused']),
      code: z.enum(CODES).optional().describe('Why it was refused'),
    }),
  ),
})

const about = (summary: string, description: string) =>
  describe({
    tag: 'Administration',
    summary,
    description: paragraph(description, supportDocs.list),
    answers: { 200: { description: 'Of each account, in the order asked', schema: results } },
  })

type ListAct = (deps: Deps, session: CurrentSession, act: UserAct) => Promise<Refusals>
type ListContext = Context<AppEnv, string, { out: { json: z.output<typeof listAct> } }>
type Result = Readonly<{ user_id: string; status: 'done' | 'refused'; code?: ProblemCode }>

/** Does an act and answers with what became of each account, in the order asked. */
const doing = (act: ListAct) => async (c: ListContext) => {
  const { user_ids: userIds, reason: why } = c.req.valid('json')
  const refusals = await act(c.var.deps, c.var.session, { userIds, reason: why })
  const all = userIds.map((userId): Result => {
    const refusal = refusals.get(userId)
    if (!refusal) return { user_id: userId, status: 'done' }
    return { user_id: userId, status: 'refused', code: toCode(refusal, c.var.requestId) }
  })
  return c.json({ results: all })
}

/** What an admin does to many accounts at once, in an incident: an event and a mail for each. */
export const listActRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/admin/users/disable',
    admin,
    rateLimit('admin'),
    list,
    about('Disable accounts', 'An admin’s is disabled alone, never in a list.'),
    doing(disableUsers),
  )

  .post(
    '/api/admin/users/enable',
    admin,
    rateLimit('admin'),
    list,
    about('Let disabled accounts work again', 'As for one account.'),
    doing(enableUsers),
  )

  .post(
    '/api/admin/users/unlock',
    admin,
    rateLimit('admin'),
    list,
    about('End the locks of accounts', 'As for one account.'),
    doing(unlockUsers),
  )

  .post(
    '/api/admin/users/end-sessions',
    admin,
    rateLimit('admin'),
    list,
    about('End all sessions of accounts', 'The same for one account needs no step-up.'),
    doing((deps, session, act) => endUserSessions(deps, session, act, byStepUp(deps, session))),
  )

  .post(
    '/api/admin/users/reset-password',
    admin,
    rateLimit('admin'),
    list,
    about('Mail reset links to owners', 'The same for one account needs no step-up.'),
    doing((deps, session, act) => startResets(deps, session, act, byStepUp(deps, session))),
  )
