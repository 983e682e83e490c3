import * as z from 'zod'
import { accountFaults } from '../../platform/email/carrier'
import { occasion } from '../../platform/email/mail-fields'

const { time } = occasion
const count = z.number()

/** What happened in a week, and the newest head of the audit log, which a mailbox then has too. */
export const reportData = z.object({
  since: time,
  until: time,
  signIns: count,
  signUps: count,
  failures: count,
  locks: count,
  critical: count,
  deadMails: count,
  expiringKeys: count,
  /** Where most failures came from: an IPv4 address or an IPv6 /64. */
  sources: z.array(z.object({ source: z.string(), failures: count })),
  /** When the mail server refused our account, and whether it does still. */
  mailPauses: z
    .array(
      z.object({
        reason: z.enum(accountFaults),
        minutes: count,
        isOver: z.boolean().default(true),
      }),
    )
    .default([]),
  /** Masked addresses. */
  newAdmins: z.array(z.string()),
  /** Whether there were more events than one report counts. */
  isCut: z.boolean(),
  head: z
    .object({ size: count, root: z.string(), at: time, kid: z.string(), jws: z.string() })
    .nullable(),
})

export type ReportData = Readonly<z.output<typeof reportData>>
