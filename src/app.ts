import { Hono } from 'hono'
import { adminUserActRoutes } from './admin/act-routes'
import { approvalRoutes } from './admin/approval-routes'
import { bootstrapRoutes } from './admin/bootstrap-routes'
import { firstAidRoutes, incidentRoutes } from './admin/first-aid-routes'
import { listActRoutes } from './admin/list-act-routes'
import { mailRoutes } from './admin/mail-routes'
import { adminUserRoutes } from './admin/user-routes'
import { apiKeyRoutes } from './api-keys/routes'
import { verifyKeyRoutes } from './api-keys/verify-key-routes'
import { auditHeadRoutes, auditRoutes } from './audit/routes'
import { healthRoutes } from './jobs/health-routes'
import { loginRoutes } from './login/routes'
import { stepUpRoutes } from './login/step-up-routes'
import { decisionRoutes } from './merchants/decision-routes'
import { documentRoutes } from './merchants/document-routes'
import { reviewRoutes } from './merchants/review-routes'
import { merchantRoutes } from './merchants/routes'
import { adminLinkRoutes } from './pages/admin-link-routes'
import { docsRoutes } from './pages/docs-routes'
import { linkPageRoutes } from './pages/link-page-routes'
import { pageRoutes } from './pages/routes'
import { passwordRoutes } from './passwords/routes'
import { callerOf } from './platform/caller'
import { type AppEnv, createDeps, type Deps } from './platform/deps'
import { cors } from './platform/http/cors'
import { deadline } from './platform/http/deadline'
import { headOfOpenRoutes, notFound } from './platform/http/methods'
import { noQuery } from './platform/http/no-query'
import { toProblemResponse } from './platform/http/problem-response'
import { requestLog } from './platform/http/request-log'
import { securityHeaders } from './platform/http/security-headers'
import { deviceRoutes } from './sessions/device-routes'
import { jwksRoutes, sessionRoutes } from './sessions/routes'
import { sessionListRoutes } from './sessions/session-list-routes'
import { introspectRoutes } from './trust/introspect-routes'
import { backupCodeRoutes } from './two-factor/backup-code-routes'
import { twoFactorRoutes } from './two-factor/routes'
import { changeEmailRoutes, notMeRoutes } from './users/change-email-routes'
import { createRoutes } from './users/create-routes'
import { invitationRoutes } from './users/invitation-routes'
import { notificationEmailRoutes } from './users/notification-email-routes'
import { ownDataRoutes } from './users/own-data-routes'
import { userRoutes } from './users/routes'
import { verifyEmailRoutes } from './users/verify-email-routes'

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
