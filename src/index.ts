import { createApp } from './app'
import { createDeps } from './platform/deps'

export { AccountGuard } from './identity/attempts/limiter/account-guard'
export { IpLimiter } from './platform/http/ip-limiter'
export { MailBudget } from './platform/email/budget/mail-budget'
export { PhantomSecurity } from './features/rpc/worker-entrypoint'

const app = createApp()

export default {
  fetch: app.fetch,

  async scheduled(controller, env, ctx) {
    // Loaded when there is one to run, for requests to start faster.
    const { runJobs } = await import('./crons')
    await runJobs(
      createDeps(env, (promise) => ctx.waitUntil(promise)),
      controller.cron,
    )
  },

  async queue(batch, env, ctx) {
    const deps = createDeps(env, (promise) => ctx.waitUntil(promise))
    // Loaded when there is mail: SMTP and MIME are a good part of what a cold start would have to
    // do.
    if (batch.queue.endsWith('-dead')) {
      const [{ recordDeadMails }, { mails }] = await Promise.all([
        import('./platform/email/dead-mails'),
        import('./mails'),
      ])
      await recordDeadMails(deps, batch, mails)
    } else {
      const [{ deliverMails }, { mails }] = await Promise.all([
        import('./platform/email/deliver'),
        import('./mails'),
      ])
      await deliverMails(deps, batch, mails)
    }
  },
} satisfies ExportedHandler<Env, string>
