import * as z from 'zod'
import { type merchantProfiles, merchantStates } from '../../platform/db/merchant-schema'
import { NO_PROFILE } from './check-profile'
import { documentEntry } from './document-entry'
import { NEW, standing } from './standing'

const text = z.string().nullable()
const time = z.iso.datetime().nullable()
const check = z
  .enum(['valid', 'unchecked'])
  .nullable()
  .describe('`unchecked`: its country has no rule here; `null`: not looked at yet')
const state = z.enum(merchantStates)

export const step = z.object({
  at: z.iso.datetime(),
  version: z.int().describe('What was decided on'),
  from: state,
  to: state,
  reason: text,
})

/** An application as its merchant sees it. */
export const application = standing.extend({
  profile: z.object({
    legal_name: text,
    trading_name: text,
    country: text,
    registration_number: text,
    tax_number: text,
    address: text,
    contact_name: text,
    phone: text,
    website: text,
  }),
  checks: z.object({ registration_number: check, tax_number: check }),
  submitted_at: time,
  updated_at: time,
  documents: z.array(documentEntry),
  history: z.array(step),
})

/** The same for a reviewer, who also sees whose it is, who decided, and who else has a number. */
export const reviewedApplication = application.extend({
  user_id: z.string(),
  email: z.string(),
  user_status: z.string(),
  history: z.array(step.extend({ actor: z.string() })),
  duplicates: z
    .array(z.object({ user_id: z.string(), legal_name: text, state }))
    .describe(
      'Others of the same country with one of the numbers, as either of theirs; twenty at most',
    ),
})

type Row = typeof merchantProfiles.$inferSelect

/**
 * What stands in the row, as it is shown; an application that was never begun is an empty draft.
 */
export async function shown(row: Row | undefined) {
  const { showNumber } = await import('./registration-number')
  const profile = row ?? NO_PROFILE
  const { country, registrationNumber, taxNumber } = profile
  return {
    state: row?.state ?? NEW.state,
    version: row?.version ?? NEW.version,
    profile: {
      legal_name: profile.legalName,
      trading_name: profile.tradingName,
      country,
      registration_number:
        registrationNumber && showNumber('registration', country, registrationNumber),
      tax_number: taxNumber && showNumber('tax', country, taxNumber),
      address: profile.address,
      contact_name: profile.contactName,
      phone: profile.phone,
      website: profile.website,
    },
    checks: {
      registration_number: row?.registrationCheck ?? null,
      tax_number: row?.taxCheck ?? null,
    },
    submitted_at: row?.submittedAt?.toISOString() ?? null,
    updated_at: row?.updatedAt.toISOString() ?? null,
  }
}
