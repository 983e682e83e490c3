/** The secret of both documents, the ASCII text 12345678901234567890, in base32. */
export const rfcSeed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/** HOTP values of the counters 0 to 9 (RFC 4226 Appendix D). */
export const hotp = [
  '755224',
  '287082',
  '359152',
  '969429',
  '338314',
  '254676',
  '287922',
  '162583',
  '399871',
  '520489',
] as const

/**
 * TOTP values for SHA-1 (RFC 6238 Appendix B): eight digits, of which the last six are what six
 * would be.
 */
export const totp = [
  { seconds: 59, code: '94287082' },
  { seconds: 1_111_111_109, code: '07081804' },
  { seconds: 1_111_111_111, code: '14050471' },
  { seconds: 1_234_567_890, code: '89005924' },
  { seconds: 2_000_000_000, code: '69279037' },
  { seconds: 20_000_000_000, code: '65353130' },
] as const
