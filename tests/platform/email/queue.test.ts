import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import worker from '../../../src/index'
import type { Deps } from '../../../src/platform/deps'
import { enqueueNotice } from '../../../src/platform/email/enqueue'
import { startApp } from '../../support/app'
import { noQueue, sendWaiting } from '../../support/mail-faults'
import { tokenIn } from '../../support/read-mail'
import { connectionsTo, nextMail } from '../../support/smtp-mailbox'
import { testDeps } from '../../support/test-deps'
import { CODE, codeMail, mailEventsOf, someone, startMail } from './support'

/** The runtime's own queue, whose consumer sends to the mailbox of EMAIL_PORT. */
const throughRealQueue = (deps: Deps): Deps => ({ ...deps, mailQueue: env.MAIL })

const SECURED = { port: 'starttls', secure: true, user: env.EMAIL_HOST_USER }

test('the mail of a request arrives over STARTTLS and AUTH', async ({ expect }) => {
  const app = startApp(throughRealQueue)
  const account = app.newAccount()
  expect((await app.post('/api/users/create/', account)).status).toBe(202)
  const token = tokenIn(await nextMail(account.email))
  expect(await connectionsTo(account.email)).toMatchObject([SECURED])
  expect((await app.post('/api/auth/verify-email/', { token })).status).toBe(200)
})

test('so does the mail of a job', async ({ expect }) => {
  const person = someone()
  await enqueueNotice(noQueue()(testDeps()), codeMail(person))
  await sendWaiting(throughRealQueue)
  expect((await nextMail(person.to)).text).toContain(CODE)
  expect(await connectionsTo(person.to)).toMatchObject([SECURED])
})

test('what the queue gives up is recorded by the Worker, and not sent', async ({ expect }) => {
  const person = someone()
  const batch = createMessageBatch<string>(
    'phantom-mail-dead',
    await startMail().queued(codeMail(person)),
  )
  const ctx = createExecutionContext()
  await worker.queue(batch, env, ctx)
  const { explicitAcks } = await getQueueResult(batch, ctx)
  expect(explicitAcks).toEqual(batch.messages.map(({ id }) => id))
  expect(await mailEventsOf(person.userId)).toMatchObject([
    { event: 'mail_failed', level: 'critical', data: { reason: 'given up' } },
  ])
  expect(await connectionsTo(person.to)).toEqual([])
})
