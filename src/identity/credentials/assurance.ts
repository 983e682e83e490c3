import type { firstFactors, secondFactors } from '../../platform/db/schema'

export type FirstFactor = (typeof firstFactors)[number]
export type SecondFactor = (typeof secondFactors)[number]

export type Assurance = Readonly<{ acr: 'aal1' | 'aal2'; amr: readonly string[] }>

/**
 * What a login is worth (NIST SP 800-63B-4, RFC 8176). A mailed code is no authenticator at any
 * level (§3.1.3.1), so password and mail stay `aal1` and never say `mfa`.
 */
export function assuranceOf(first: FirstFactor, second: SecondFactor): Assurance {
  if (first === 'passkey') return { acr: 'aal2', amr: ['swk', 'user', 'mfa'] }
  switch (second) {
    case 'email':
      return { acr: 'aal1', amr: ['pwd', 'mca'] }
    case 'totp':
    case 'backup':
      return { acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] }
    case 'passkey':
    case 'user':
      return { acr: 'aal2', amr: ['pwd', 'swk', 'mfa'] }
  }
}
