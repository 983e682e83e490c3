import { Hono } from 'hono'
import { adminRoutes } from './features/admin/routes'
import { apiKeyRoutes } from './features/api-keys/routes'
import { approvalRoutes } from './features/approvals/routes'
import { auditLogRoutes } from './features/audit-log/routes'
import { docsRoutes } from './features/docs/routes'
import { emailChangeRoutes } from './features/email-change/routes'
import { invitationRoutes } from './features/invitations/routes'
import { loginRoutes } from './features/login/routes'
import { merchantDocumentRoutes } from './features/merchant-documents/routes'
import { merchantReviewRoutes } from './features/merchant-review/routes'
import { merchantRoutes } from './features/merchants/routes'
import { monitorRoutes } from './features/monitor/routes'
import { pageRoutes } from './features/pages/routes'
import { passwordRoutes } from './features/passwords/routes'
import { privacyRoutes } from './features/privacy/routes'
import { profileRoutes } from './features/profile/routes'
import { registrationRoutes } from './features/registration/routes'
import { rpcRoutes } from './features/rpc/routes'
import { sessionRoutes } from './features/sessions/routes'
import { supportRoutes } from './features/support/routes'
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
    .route('/', registrationRoutes)
    .route('/', profileRoutes)
    .route('/', emailChangeRoutes)
    .route('/', twoFactorRoutes)
    .route('/', loginRoutes)
    .route('/', sessionRoutes)
    .route('/', privacyRoutes)
    .route('/', passwordRoutes)
    .route('/', apiKeyRoutes)
    .route('/', invitationRoutes)
    .route('/', adminRoutes)
    .route('/', approvalRoutes)
    .route('/', supportRoutes)
    .route('/', rpcRoutes)
    .route('/', merchantRoutes)
    .route('/', merchantDocumentRoutes)
    .route('/', merchantReviewRoutes)
    .route('/', auditLogRoutes())
    .route('/', monitorRoutes())
    .route('/', docsRoutes(app))
    .route('/', pageRoutes)
}

/** All routes with their types, for the client (client.ts). */
export type App = ReturnType<typeof createApp>
