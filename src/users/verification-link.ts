import type { Deps } from '../context'

/**
 * The link in a verification mail. The host comes from the settings, never from a request; the token
 * stands in the fragment, which browsers send to no server and no log.
 */
export const verificationLink = ({ settings }: Pick<Deps, 'settings'>, token: string): string =>
  `${settings.PUBLIC_URL}/verify-email#token=${token}`
