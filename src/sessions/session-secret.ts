import { hasMac, mac, randomToken, sha256 } from '../crypto/token'
import type { Settings } from '../settings'

/** Refresh tokens and session cookies are the same thing under two purposes; neither passes as the other. */
export type SecretKind = 'refresh' | 'cookie'

const FORMAT = /^(ses_[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/

/**
 * `<session id>.<256 random bits>.<MAC>`: opaque to its holder. The id finds the row by its primary
 * key, the MAC makes garbage cost no query, and tells a token that was once good from one that never was.
 */
export function secretFor(
  settings: Pick<Settings, 'SEALING_KEYS'>,
  kind: SecretKind,
  sessionId: string,
  random: string = randomToken(),
): { token: string; secretHash: string } {
  const text = `${sessionId}.${random}`
  const token = `${text}.${mac(settings.SEALING_KEYS, kind, text)}`
  return { token, secretHash: sha256(token) }
}

/** Reads a token of ours; `undefined` for any other. Says nothing about whether it is still good. */
export function readSecret(
  settings: Pick<Settings, 'SEALING_KEYS'>,
  kind: SecretKind,
  token: string,
): { sessionId: string; secretHash: string } | undefined {
  const [, sessionId, random, tag] = FORMAT.exec(token) ?? []
  if (!sessionId || !random || !tag) return undefined
  if (!hasMac(settings.SEALING_KEYS, kind, `${sessionId}.${random}`, tag)) return undefined
  return { sessionId, secretHash: sha256(token) }
}

/**
 * The token that follows `token`, the same for the same salt: tabs that refresh at once get one
 * successor instead of ending each other's session.
 */
export const successorOf = (
  settings: Pick<Settings, 'SEALING_KEYS'>,
  sessionId: string,
  token: string,
  salt: string,
) =>
  secretFor(
    settings,
    'refresh',
    sessionId,
    mac(settings.SEALING_KEYS, 'successor', `${token}.${salt}`),
  )
