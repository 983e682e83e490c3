import type { Deps } from '../../platform/deps'
import { DAY_MS } from '../../platform/time'

/** Under a year, as RFC 9116 §2.5.5 asks: who reads a copy later should not trust it. */
const VALID_FOR_MS = 180 * DAY_MS

/** Says whom to tell about a weakness (RFC 9116). */
export function securityTxt({ settings, now }: Pick<Deps, 'settings' | 'now'>): string {
  const expires = new Date(now().getTime() + VALID_FOR_MS).toISOString().replace(/\.\d+/, '')
  return [
    `Contact: ${settings.SECURITY_CONTACT}`,
    `Expires: ${expires}`,
    `Canonical: ${settings.PUBLIC_URL}/.well-known/security.txt`,
    'Preferred-Languages: en',
    '',
  ].join('\n')
}
