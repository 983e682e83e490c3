import { asc, sql } from 'drizzle-orm'
import { callStore } from '../call-store'
import { waitingMails } from '../db/mail-schema'
import type { Deps } from '../deps'
import type { Counts } from '../jobs/job'
import { recordEnds } from './mail-end'
import { openMail } from './queued-mail'
import { LIFE_MS } from './retry-delay'
import type { Templates } from './template'

/** What one send to the queue may hold: a hundred messages, 256 KB with what it adds to each. */
const MAILS = 100
const BYTES = 200_000
/** Sends of one run; what is left goes out a minute later. */
const ROUNDS = 10

type Waiting = typeof waitingMails.$inferSelect

/**
 * Hands the queue the mails that wait (decision 017), oldest first. Each is deleted when the queue
 * has it and not before: a run that is cut off, or has another one beside it, sends a mail twice
 * rather than never. A mail that the queue refuses stays, and stops no other.
 */
export async function sendWaitingMails(
  deps: Pick<Deps, 'db' | 'mailQueue' | 'settings' | 'caller' | 'now' | 'patience' | 'ipLimiters'>,
  templates: Templates,
): Promise<Counts> {
  const refused: Waiting[] = []
  let mails = 0
  let down: unknown
  for (let round = 0; round < ROUNDS; round++) {
    const waiting = firstThatFit(await findOldest(deps, refused))
    if (waiting.length === 0) break
    const { taken, error } = await hand(deps, waiting)
    refused.push(...waiting.filter((mail) => !taken.includes(mail)))
    if (taken.length === 0) {
      down = error
      break
    }
    await remove(deps, taken)
    mails += taken.length
  }
  const failed = refused.length - (await giveUp(deps, refused, templates))
  if (down) throw down
  return { mails, failed }
}

const findOldest = (deps: Pick<Deps, 'db' | 'patience'>, but: readonly Waiting[]) =>
  callStore(deps, 'database', () =>
    deps.db
      .select()
      .from(waitingMails)
      .where(
        sql`id NOT IN (SELECT value FROM json_each(${JSON.stringify(but.map(({ id }) => id))}))`,
      )
      .orderBy(asc(waitingMails.createdAt), asc(waitingMails.id))
      .limit(MAILS),
  )

/** At least one, whatever its size: a box is ASCII, so its length is its bytes. */
function firstThatFit(waiting: readonly Waiting[]): Waiting[] {
  let bytes = 0
  return waiting.filter(({ body }, index) => {
    bytes += body.length
    return index === 0 || bytes <= BYTES
  })
}

/**
 * In one send, or each by itself where the queue refuses that: it may refuse one of them. Returns
 * those that it has taken, and why not all; where it takes none it is down.
 */
async function hand(
  deps: Pick<Deps, 'mailQueue' | 'patience'>,
  waiting: readonly Waiting[],
): Promise<{ taken: readonly Waiting[]; error?: unknown }> {
  const { mailQueue } = deps
  const messages = waiting.map(({ body }) => ({ body, contentType: 'text' as const }))
  try {
    await callStore(deps, 'mail queue', () => mailQueue.sendBatch(messages))
    return { taken: waiting }
  } catch (error) {
    const sends = await Promise.allSettled(
      messages.map(({ body, contentType }) =>
        callStore(deps, 'mail queue', () => mailQueue.send(body, { contentType })),
      ),
    )
    const taken = waiting.filter((_mail, index) => sends[index]?.status === 'fulfilled')
    return { taken, error }
  }
}

async function remove(
  deps: Pick<Deps, 'db' | 'patience'>,
  mails: readonly Waiting[],
): Promise<void> {
  const keys = JSON.stringify(mails.map(({ createdAt, id }) => [createdAt.getTime(), id]))
  await callStore(deps, 'database', () =>
    deps.db
      .delete(waitingMails)
      .where(sql`(created_at, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${keys}))`),
  )
}

/**
 * Leaves an event of each mail that is too old to be handed over again, a hundred a run; how many.
 */
async function giveUp(
  deps: Pick<Deps, 'db' | 'settings' | 'caller' | 'now' | 'patience' | 'ipLimiters'>,
  refused: readonly Waiting[],
  templates: Templates,
): Promise<number> {
  const until = deps.now().getTime() - LIFE_MS
  const old = refused.filter(({ createdAt }) => createdAt.getTime() <= until).slice(0, MAILS)
  const ends = old.map(async ({ body }) => ({
    event: 'mail_failed' as const,
    reason: 'refused by the queue',
    mail: await openMail(deps, body),
  }))
  if (!(await recordEnds(deps, await Promise.all(ends), templates))) return 0
  await remove(deps, old)
  return old.length
}
