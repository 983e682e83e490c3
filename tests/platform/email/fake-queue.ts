import { env } from 'cloudflare:workers'
import type { startMail } from './support'

type Mail = ReturnType<typeof startMail>
type Message = ReturnType<Mail['message']>

/** What the queue is given in one batch (wrangler.toml). */
const BATCH = 20
const BATCH_MS = 1000

/**
 * The queue while time goes by: it hands out what is due and takes back what is put off. Rows of
 * `waiting_mails` become new messages, as their job would make them.
 */
export function fakeQueue(mail: Mail, clock: { now: number }) {
  let held: { message: Message; dueAt: number }[] = []
  const add = (...messages: Message[]) => {
    held.push(...messages.map((message) => ({ message, dueAt: clock.now })))
  }

  async function handOut(): Promise<void> {
    const batch = held.filter(({ dueAt }) => dueAt <= clock.now + BATCH_MS).slice(0, BATCH)
    const { delays } = await mail.deliver(batch.map(({ message }) => message))
    held = held.filter((entry) => !batch.includes(entry))
    for (const [index, { message }] of batch.entries()) {
      const delay = delays[index]
      if (delay === undefined) continue
      const next = { ...message, attempts: message.attempts + 1 }
      if (next.attempts > 101) throw new Error('the queue has given a mail up')
      held.push({ message: next, dueAt: clock.now + delay * 1000 })
    }
    const waiting = env.DB.prepare('DELETE FROM waiting_mails RETURNING body')
    const { results } = await waiting.run<{ body: string }>()
    add(...results.map(({ body }) => mail.message(body)))
  }

  return {
    add,
    size: () => held.length,
    /** Lets time pass until then, or until the queue is empty. */
    async runUntil(at: number): Promise<void> {
      for (;;) {
        const next = Math.min(...held.map(({ dueAt }) => dueAt))
        if (next > at) break
        clock.now = Math.max(clock.now, next)
        await handOut()
      }
      clock.now = at
    },
  }
}
