import * as z from 'zod'
import type { Deps } from '../context'
import type { CurrentSession } from '../sessions/find-session'
import { activityEvent, listActivity } from './activity'
import { ownData, readOwnData } from './own-data'

/** Events read at a time. */
const PAGE = 500

/** All that is stored of an account (GDPR art. 15 and 20), secrets aside. */
export const exportedData = ownData.extend({ events: z.array(activityEvent) })

/**
 * Writes the data of an account as one JSON document. Its events are read page by page as the client
 * takes them, so that a long life costs no memory; a page that fails breaks the document off, and half
 * of one is no JSON.
 */
export async function exportUser(
  deps: Pick<Deps, 'db' | 'now' | 'settings' | 'caller'>,
  session: CurrentSession,
  deviceCookie: string | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const data = await readOwnData(deps, session, deviceCookie)
  const parts = jsonParts(deps, session.user.id, data)
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next()
        if (done) return controller.close()
        controller.enqueue(encoder.encode(value))
      },
    },
    { highWaterMark: 0 },
  )
}

async function* jsonParts(
  deps: Pick<Deps, 'db'>,
  userId: string,
  data: z.output<typeof ownData>,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(data).slice(0, -1)},"events":[`
  let before: number | undefined
  do {
    const { events, next } = await listActivity(deps, userId, { before, limit: PAGE })
    const isFirst = before === undefined
    before = next === null ? undefined : Number(next)
    yield `${isFirst ? '' : ','}${events.map((event) => JSON.stringify(event)).join(',')}`
  } while (before !== undefined)
  yield ']}'
}
