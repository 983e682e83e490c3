import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { recordEvent } from '../platform/audit/record'
import { sealText } from '../platform/audit/text'
import type { Deps } from '../platform/deps'

const name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
/** Of all that it says, as JSON: what the jobs read of such events fits into an answer of D1. */
const BYTES = 6000
const value = z.union([z.string().max(200), z.number(), z.boolean(), z.null()])

/** What another service may put into the trail. It says what happened there; never who says so. */
export const serviceEvent = z.strictObject({
  name,
  /**
   * Whom it concerns: shown among that user's own events. What `data` says is theirs, and goes with
   * the account.
   */
  user_id: z
    .string()
    .regex(/^usr_[A-Za-z0-9_-]{22}$/)
    .optional(),
  /** Seen by admins at once. */
  alert: z.boolean().default(false),
  data: z
    .record(name, value)
    .refine((data) => Object.keys(data).length <= 20)
    .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= BYTES)
    .default({}),
})

export type ServiceEvent = z.input<typeof serviceEvent>

/** Records an event of another service; whether there is such a user. */
export async function recordServiceEvent(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings' | 'patience'>,
  service: string,
  input: z.output<typeof serviceEvent>,
): Promise<boolean> {
  const { user_id: userId, alert, data } = input
  const isOfUser = userId !== undefined && Object.keys(data).length > 0
  const isKnown = userId && sql`EXISTS (SELECT 1 FROM users WHERE id = ${userId})`
  const { meta } = await recordEvent(
    deps,
    {
      event: alert ? 'service_alert' : 'service_event',
      userId: userId ?? null,
      actor: 'service',
      ...(isOfUser && { text: await sealText(deps, userId, data) }),
      // Last, so that no field of the event can say that another service has sent it.
      data: { ...(userId === undefined && data), name: input.name, service },
    },
    isKnown || undefined,
  )
  return meta.changes > 0
}
