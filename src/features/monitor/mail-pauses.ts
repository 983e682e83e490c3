import * as z from 'zod'
import { callStore } from '../../platform/call-store'
import { mailStatus } from '../../platform/db/mail-schema'
import type { Deps } from '../../platform/deps'
import { accountFaults } from '../../platform/email/carrier'
import { MINUTE_MS } from '../../platform/time'
import type { ReportData } from './report-data'

type MailPause = Omit<ReportData['mailPauses'][number], 'isOver'> & { isOver?: false }

const faults = z.enum(accountFaults)

/** How long mail was paused, by reason and seconds. */
export const pausesOf = (seconds: readonly (readonly [string, number])[]): MailPause[] =>
  seconds.flatMap(([name, count]) => {
    const { data: reason } = faults.safeParse(name)
    return reason ? [{ reason, minutes: Math.ceil(count / 60) }] : []
  })

/** The one that lasts still. */
export async function pauseNow(deps: Pick<Deps, 'db' | 'now' | 'patience'>): Promise<MailPause[]> {
  const [row] = await callStore(deps, 'database', () =>
    deps.db.select({ reason: mailStatus.pauseReason, since: mailStatus.since }).from(mailStatus),
  )
  const { data: reason } = faults.safeParse(row?.reason)
  if (!reason || !row?.since) return []
  const minutes = Math.ceil((deps.now().getTime() - row.since.getTime()) / MINUTE_MS)
  return [{ reason, minutes, isOver: false }]
}
