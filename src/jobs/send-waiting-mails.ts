import { asc, sql } from 'drizzle-orm'
import type { Deps } from '../context'
import { waitingMails } from '../db/mail-schema'
import { reach } from '../reach'
import type { Counts } from './job'

/** What one send to the queue may hold: a hundred messages, 256 KB with what it adds to each. */
const MAILS = 100
const BYTES = 200_000
/** Sends of one run; what is left goes out a minute later. */
const ROUNDS = 10

/**
 * Hands the queue the mails that it could not take when they were written (email/enqueue.ts), oldest first.
 * Each is deleted when the queue has it and not before: one that is cut off, or has another one beside it,
 * sends a mail twice rather than never.
 */
export async function sendWaitingMails(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'patience'>,
): Promise<Counts> {
  const { db, mailQueue } = deps
  let mails = 0
  for (let round = 0; round < ROUNDS; round++) {
    const waiting = firstThatFit(
      await reach(deps, 'database', () =>
        db
          .select()
          .from(waitingMails)
          .orderBy(asc(waitingMails.createdAt), asc(waitingMails.id))
          .limit(MAILS),
      ),
    )
    const last = waiting.at(-1)
    if (!last) break
    const messages = waiting.map(({ body }) => ({ body, contentType: 'text' as const }))
    await reach(deps, 'mail queue', () => mailQueue.sendBatch(messages))
    const ids = JSON.stringify(waiting.map(({ id }) => id))
    await reach(deps, 'database', () =>
      db.delete(waitingMails).where(
        sql`created_at <= ${last.createdAt.getTime()}
          AND id IN (SELECT value FROM json_each(${ids}))`,
      ),
    )
    mails += waiting.length
  }
  return { mails }
}

/** At least one, whatever its size: a box is ASCII, so its length is its bytes. */
function firstThatFit<Mail extends { body: string }>(waiting: readonly Mail[]): Mail[] {
  let bytes = 0
  return waiting.filter(({ body }, index) => {
    bytes += body.length
    return index === 0 || bytes <= BYTES
  })
}
