import { createApp } from './app'
import { createDeps } from './context'
import { deliverMails } from './email/deliver'
import { recordDeadMails } from './email/dead-mails'
import { runJob } from './jobs/index'

export { AccountGuard } from './durable/account-guard'
export { IpLimiter } from './durable/ip-limiter'
export { MailBudget } from './durable/mail-budget'

const app = createApp()

export default {
  fetch: app.fetch,

  async scheduled(controller, env, ctx) {
    await runJob(
      createDeps(env, (promise) => ctx.waitUntil(promise)),
      controller.cron,
    )
  },

  async queue(batch, env, ctx) {
    const deps = createDeps(env, (promise) => ctx.waitUntil(promise))
    const consume = batch.queue.endsWith('-dead') ? recordDeadMails : deliverMails
    await consume(deps, batch)
  },
} satisfies ExportedHandler<Env, string>
