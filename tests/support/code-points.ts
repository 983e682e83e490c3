import fc from 'fast-check'

const SURROGATES = 0x800

/**
 * Any code point but half of a pair, as fast-check's `binary`, which makes a table of all for a
 * second.
 */
export const anyCodePoint = fc
  .integer({ min: 0, max: 0x10_ffff - SURROGATES })
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + SURROGATES))
