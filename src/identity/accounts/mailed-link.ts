import * as z from 'zod'
import type { Deps } from '../../platform/deps'

/** What stands in a body for the token of a mailed link. */
export const linkToken = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be the token of a link we mailed')
  .describe('From the fragment of the mailed link')

/** Our pages that only a mailed link leads to. */
type LinkedPage =
  | 'verify-email'
  | 'confirm-email'
  | 'confirm-notifications'
  | 'not-me'
  | 'keep-account'
  | 'accept-invitation'
  | 'stop-act'
  | 'keep-admin'
  | 'stop-invitation'
  | 'reset-password'

/**
 * A link for a mail. The host comes from the settings, never from a request; the token stands in
 * the fragment, which browsers send to no server and no log.
 */
export const mailedLink = (
  { settings }: Pick<Deps, 'settings'>,
  page: LinkedPage,
  token: string,
): string => `${settings.PUBLIC_URL}/${page}#token=${token}`
