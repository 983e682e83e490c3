import { Hono } from 'hono'
import { adminUserActRoutes } from './features/admin/act-routes'
import { adminUserRoutes } from './features/admin/user-routes'
import { apiKeyRoutes } from './features/api-keys/routes'
import { verifyKeyRoutes } from './features/api-keys/verify-key-routes'
import { approvalRoutes } from './features/approvals/routes'
import { auditHeadRoutes, auditRoutes } from './features/audit-log/routes'
import { docsRoutes } from './features/docs/routes'
import { changeEmailRoutes, notMeRoutes } from './features/email-change/change-email-routes'
import { notificationEmailRoutes } from './features/email-change/notification-email-routes'
import { bootstrapRoutes } from './features/invitations/bootstrap-routes'
import { invitationRoutes } from './features/invitations/invitation-routes'
import { loginRoutes } from './features/login/routes'
import { stepUpRoutes } from './features/login/step-up-routes'
import { documentRoutes } from './features/merchant-documents/routes'
import { decisionRoutes } from './features/merchant-review/decision-routes'
import { reviewRoutes } from './features/merchant-review/review-routes'
import { merchantRoutes } from './features/merchants/routes'
import { healthRoutes } from './features/monitor/health-routes'
import { mailRoutes } from './features/monitor/mail-routes'
import { adminLinkRoutes } from './features/pages/admin-link-routes'
import { linkPageRoutes } from './features/pages/link-page-routes'
import { pageRoutes } from './features/pages/routes'
import { passwordRoutes } from './features/passwords/routes'
import { ownDataRoutes } from './features/privacy/routes'
import { userRoutes } from './features/profile/routes'
import { createRoutes } from './features/registration/create-routes'
import { verifyEmailRoutes } from './features/registration/verify-email-routes'
import { introspectRoutes } from './features/rpc/routes'
import { deviceRoutes } from './features/sessions/device-routes'
import { jwksRoutes, sessionRoutes } from './features/sessions/routes'
import { sessionListRoutes } from './features/sessions/session-list-routes'
import { firstAidRoutes, incidentRoutes } from './features/support/first-aid-routes'
import { listActRoutes } from './features/support/list-act-routes'
import { backupCodeRoutes } from './features/two-factor/backup-code-routes'
import { twoFactorRoutes } from './features/two-factor/routes'
import { callerOf } from './platform/caller'
import { type AppEnv, createDeps, type Deps } from './platform/deps'
import { cors } from './platform/http/cors'
import { deadline } from './platform/http/deadline'
import { headOfOpenRoutes, notFound } from './platform/http/methods'
import { noQuery } from './platform/http/no-query'
import { toProblemResponse } from './platform/http/problem-response'
import { requestLog } from './platform/http/request-log'
import { securityHeaders } from './platform/http/security-headers'

/** The service. Tests give `overrides`: a clock, a caller's address, a fault. */
export function createApp(overrides: (deps: Deps) => Deps = (deps) => deps) {
  const app = new Hono<AppEnv>({ strict: false })
  app.onError(toProblemResponse)
  app.notFound(notFound(app))
  app.use(requestLog, securityHeaders, async (c, next) => {
    const requestId = c.get('requestId')
    const waitUntil = (promise: Promise<unknown>) => c.executionCtx.waitUntil(promise)
    c.set('deps', overrides(createDeps(c.env, waitUntil, callerOf(c, requestId))))
    return next()
  })
  app.use(deadline, cors, headOfOpenRoutes(app))
  app.use('/api/*', noQuery)
  return app
    .route('/', createRoutes)
    .route('/', userRoutes)
    .route('/', changeEmailRoutes)
    .route('/', notificationEmailRoutes)
    .route('/', twoFactorRoutes)
    .route('/', backupCodeRoutes)
    .route('/', verifyEmailRoutes)
    .route('/', notMeRoutes)
    .route('/', loginRoutes)
    .route('/', stepUpRoutes)
    .route('/', sessionRoutes)
    .route('/', sessionListRoutes)
    .route('/', deviceRoutes)
    .route('/', ownDataRoutes)
    .route('/', passwordRoutes)
    .route('/', apiKeyRoutes)
    .route('/', verifyKeyRoutes)
    .route('/', invitationRoutes)
    .route('/', bootstrapRoutes)
    .route('/', incidentRoutes)
    .route('/', mailRoutes)
    .route('/', approvalRoutes)
    .route('/', adminUserRoutes)
    .route('/', adminUserActRoutes)
    .route('/', firstAidRoutes)
    .route('/', listActRoutes)
    .route('/', introspectRoutes)
    .route('/', merchantRoutes)
    .route('/', documentRoutes)
    .route('/', reviewRoutes)
    .route('/', decisionRoutes)
    .route('/', auditRoutes)
    .route('/', jwksRoutes)
    .route('/', auditHeadRoutes())
    .route('/', adminLinkRoutes)
    .route('/', linkPageRoutes)
    .route('/', healthRoutes())
    .route('/', docsRoutes(app))
    .route('/', pageRoutes)
}

/** All routes with their types, for the client (client.ts). */
export type App = ReturnType<typeof createApp>
