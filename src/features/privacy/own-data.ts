import { eq } from 'drizzle-orm'
import * as z from 'zod'
import { keyEntry, keyEntryOf } from '../../identity/api-keys/key-entry'
import { selectKeys } from '../../identity/api-keys/list-keys'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { countBackupCodes } from '../../identity/factors/backup-codes'
import { step } from '../../identity/merchant-profile/application'
import { documentEntry, entryOf } from '../../identity/merchant-profile/document-entry'
import { partsOf, stepOf } from '../../identity/merchant-profile/read-application'
import { deviceEntry, listDevices } from '../../identity/sessions/list-devices'
import { listSessions, sessionEntry } from '../../identity/sessions/list-sessions'
import { profile, profileOf } from '../../identity/sessions/profile'
import { recordEvent } from '../../platform/audit/record'
import { batch } from '../../platform/db/batch'
import { totpAuthenticators } from '../../platform/db/factor-schema'
import { type merchantProfiles } from '../../platform/db/merchant-schema'
import type { Deps } from '../../platform/deps'
import { ownWaiting, selectWaiting, waitingOf } from './own-waiting'

const text = z.string().nullable()
const time = z.iso.datetime()

/** All that is stored of an account but its events and its secrets: no hash, no seed, no token. */
export const ownData = z.object({
  profile: profile.omit({ session: true }),
  sessions: z.array(sessionEntry),
  devices: z.array(deviceEntry),
  authenticators: z.array(
    z.object({ name: z.string(), created_at: time, confirmed_at: time.nullable() }),
  ),
  backup_codes_left: z.int(),
  api_keys: z.array(keyEntry),
  merchant_profile: z
    .object({
      state: z.string(),
      legal_name: text,
      trading_name: text,
      country: text,
      registration_number: text,
      tax_number: text,
      address: text,
      contact_name: text,
      phone: text,
      website: text,
      created_at: time,
      updated_at: time,
    })
    .nullable(),
  merchant_documents: z.array(documentEntry),
  merchant_history: z.array(step),
  ...ownWaiting.shape,
})

/** Reads it, and records that somebody has: what cannot be recorded is not handed out. */
export async function readOwnData(
  deps: Pick<Deps, 'db' | 'now' | 'caller'>,
  session: CurrentSession,
): Promise<z.output<typeof ownData>> {
  const { db } = deps
  const { session: _, ...user } = profileOf(session)
  const userId = user.id
  const event = { event: 'user_exported', userId, actor: userId, sessionId: session.id } as const
  const rows = await batch(db, {
    event: recordEvent(deps, event),
    apps: db
      .select({
        name: totpAuthenticators.name,
        createdAt: totpAuthenticators.createdAt,
        confirmedAt: totpAuthenticators.confirmedAt,
      })
      .from(totpAuthenticators)
      .where(eq(totpAuthenticators.userId, userId)),
    codes: countBackupCodes(deps, userId),
    keys: selectKeys(deps, userId),
    ...selectWaiting(deps, userId),
    ...partsOf(deps, userId),
  })
  const [merchant] = rows.profile
  return {
    profile: user,
    sessions: await listSessions(deps, session),
    devices: await listDevices(deps, session),
    authenticators: rows.apps.map(({ name, createdAt, confirmedAt }) => ({
      name,
      created_at: createdAt.toISOString(),
      confirmed_at: confirmedAt?.toISOString() ?? null,
    })),
    backup_codes_left: rows.codes[0]?.left ?? 0,
    api_keys: rows.keys.map(keyEntryOf),
    merchant_profile: merchant ? merchantOf(merchant) : null,
    merchant_documents: rows.documents.flatMap(entryOf),
    merchant_history: rows.history.map(stepOf),
    ...waitingOf(rows),
  }
}

const merchantOf = (profile: typeof merchantProfiles.$inferSelect) => ({
  state: profile.state,
  legal_name: profile.legalName,
  trading_name: profile.tradingName,
  country: profile.country,
  registration_number: profile.registrationNumber,
  tax_number: profile.taxNumber,
  address: profile.address,
  contact_name: profile.contactName,
  phone: profile.phone,
  website: profile.website,
  created_at: profile.createdAt.toISOString(),
  updated_at: profile.updatedAt.toISOString(),
})
