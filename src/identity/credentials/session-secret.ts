import { hasMac, mac, randomToken, sha256 } from '../../platform/crypto/token'
import type { Settings } from '../../platform/settings'
import type { SessionRef } from './session-ref'

/**
 * Refresh tokens and session cookies are the same thing under two purposes; neither passes as the
 * other.
 */
export type SecretKind = 'refresh' | 'cookie'

const FORMAT =
  /^(usr_[A-Za-z0-9_-]{22})\.(ses_[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/

/**
 * `<user id>.<session id>.<256 random bits>.<MAC>`: opaque to its holder. The ids find the row by
 * its primary key, the MAC makes garbage cost no query, and tells a token that was once good from
 * one that never was.
 */
export function secretFor(
  settings: Pick<Settings, 'SEALING_KEYS'>,
  kind: SecretKind,
  { userId, sessionId }: SessionRef,
  random: string = randomToken(),
): { token: string; secretHash: string } {
  const text = `${userId}.${sessionId}.${random}`
  const token = `${text}.${mac(settings.SEALING_KEYS, kind, text)}`
  return { token, secretHash: sha256(token) }
}

/**
 * Reads a token of ours; `undefined` for any other. Says nothing about whether it is still good.
 */
export function readSecret(
  settings: Pick<Settings, 'SEALING_KEYS'>,
  kind: SecretKind,
  token: string,
): (SessionRef & { secretHash: string }) | undefined {
  const [, userId, sessionId, random, tag] = FORMAT.exec(token) ?? []
  if (!userId || !sessionId || !random || !tag) return undefined
  const text = `${userId}.${sessionId}.${random}`
  if (!hasMac(settings.SEALING_KEYS, kind, text, tag)) return undefined
  return { userId, sessionId, secretHash: sha256(token) }
}

/**
 * The token that follows `token`, the same for the same salt: tabs that refresh at once get one
 * successor instead of ending each other's session.
 */
export const successorOf = (
  settings: Pick<Settings, 'SEALING_KEYS'>,
  ref: SessionRef,
  token: string,
  salt: string,
) =>
  secretFor(settings, 'refresh', ref, mac(settings.SEALING_KEYS, 'successor', `${token}.${salt}`))
