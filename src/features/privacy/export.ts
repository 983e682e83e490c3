import * as z from 'zod'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { callStore } from '../../platform/call-store'
import type { Deps } from '../../platform/deps'
import { paragraph } from '../../platform/http/facets'
import { log } from '../../platform/log'
import { problemCode } from '../../platform/problems'
import { activityEvent, listActivity } from './activity'
import { ownData, readOwnData } from './own-data'

/** Events read at a time, with two statements at most. */
export const PAGE = 500
/** Events of one export: D1 answers a thousand statements of a request. */
export const MOST = 100_000

/** All that is stored of an account (GDPR art. 15 and 20), secrets aside. */
export const exportedData = ownData.extend({
  events: z.array(activityEvent),
  next: z
    .string()
    .nullable()
    .describe(
      paragraph(
        `There are more than ${MOST.toLocaleString('en')} events: \`before\` of \`me/activity/\` for the`,
        'older ones. `null`: that is all',
      ),
    ),
})

/**
 * Writes the data of an account as one JSON document. Its events are read page by page as the
 * client takes them, so that a long life costs no memory. The answer has begun by then: a page that
 * fails or hangs aborts it, which no client takes for its end, and half of a document is no JSON.
 * Of very many events it has the newest, and says where the list of them goes on.
 */
export async function exportUser(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  session: CurrentSession,
  most = MOST,
): Promise<ReadableStream<Uint8Array>> {
  const data = await readOwnData(deps, session)
  const parts = jsonParts(deps, session.user.id, { data, most })
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next().catch((error: unknown) => {
          const request = { request_id: deps.caller.requestId }
          log('error', 'export_broken_off', { ...request, code: problemCode(error) })
          throw error
        })
        if (done) return controller.close()
        controller.enqueue(encoder.encode(value))
      },
    },
    { highWaterMark: 0 },
  )
}

async function* jsonParts(
  deps: Pick<Deps, 'db' | 'settings' | 'patience'>,
  userId: string,
  { data, most }: { data: z.output<typeof ownData>; most: number },
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(data).slice(0, -1)},"events":[`
  let before: number | undefined
  let left = most
  do {
    const page = { before, limit: Math.min(PAGE, left) }
    const { events, next } = await callStore(deps, 'database', () =>
      listActivity(deps, userId, page),
    )
    const isFirst = before === undefined
    before = next === null ? undefined : Number(next)
    left -= events.length
    yield `${isFirst ? '' : ','}${events.map((event) => JSON.stringify(event)).join(',')}`
  } while (before !== undefined && left > 0)
  yield `],"next":${JSON.stringify(before === undefined ? null : String(before))}}`
}
