import { domainToASCII, domainToUnicode } from 'node:url'
import * as z from 'zod'
import { usernameKey } from './username'

/**
 * Longest address that SMTP can carry, in octets (RFC 5321 §4.5.3.1.3, less the angle brackets).
 */
const MAX_ADDRESS_LENGTH = 254
const MAX_LOCAL_LENGTH = 64

/**
 * RFC 5321 `Dot-string`. Quoted local parts and comments are refused: they are a second spelling of
 * a name.
 */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
/** Letters or an IDN: what ends in a number is an IP address to some software (WHATWG URL §3.5). */
const TOP_LEVEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/

/**
 * The one spelling under which an address is known: local part in ASCII lower case, domain in
 * lower-case punycode. Uniqueness, login, locks and limits all use it, so no spelling buys a fresh
 * counter. Dots and `+tags` stay: what they mean is the provider's business.
 *
 * Throws a `TypeError` for what `emailAddress` refuses, so that nothing unchecked ever becomes a
 * key.
 */
export function emailKey(address: string): string {
  const key = findKey(address)
  if (key === undefined) throw new TypeError('not an e-mail address')
  return key
}

/**
 * An address as the caller typed it, unchanged: mail goes to exactly this. Its key is `emailKey`.
 */
export const emailAddress = z
  .string()
  .max(MAX_ADDRESS_LENGTH)
  .refine((address) => findKey(address) !== undefined, 'Not an e-mail address this service can use')

/** The domain of an address as its key has it; `undefined` for a text that cannot be one. */
export const domainKey = (domain: string): string | undefined => findKey(`x@${domain}`)?.slice(2)

/** Whom a login names: kind and canonical key of an e-mail address or a username. */
export type LoginIdentifier = Readonly<{ kind: 'email' | 'username'; key: string }>

/** What stands in `identifier` at login. A spelling without a key is refused, not counted apart. */
export const loginIdentifier = z
  .string()
  .min(1)
  .max(MAX_ADDRESS_LENGTH)
  .transform((text, context): LoginIdentifier => {
    const kind = text.includes('@') ? 'email' : 'username'
    const key = kind === 'email' ? findKey(text) : usernameKey(text)
    if (key !== undefined) return { kind, key }
    context.addIssue({ code: 'custom', message: 'Neither an e-mail address nor a username' })
    return z.NEVER
  })

function findKey(address: string): string | undefined {
  // First, so that every pattern below runs over a bounded text.
  if (address.length > MAX_ADDRESS_LENGTH) return undefined
  const at = address.indexOf('@')
  const local = address.slice(0, Math.max(at, 0))
  if (local.length > MAX_LOCAL_LENGTH || !LOCAL_PART.test(local)) return undefined
  const labels = address
    .slice(at + 1)
    .split('.')
    .map(asciiLabel)
  if (labels.length < 2 || !TOP_LEVEL.test(labels.at(-1) ?? '')) return undefined
  if (!labels.every((label) => label !== undefined && LABEL.test(label))) return undefined
  const key = `${local.toLowerCase()}@${labels.join('.')}`
  return key.length <= MAX_ADDRESS_LENGTH ? key : undefined
}

// oxlint-disable-next-line no-control-regex -- ASCII is the range meant
const ASCII = /^[\x00-\x7f]*$/

/**
 * A label of a domain in punycode (RFC 5891), or `undefined` where the spelling hides another name:
 * full-width letters, ideographic dots, soft hyphens and joiners are folded away by UTS #46, and a
 * resolver would then see a domain that the reader does not.
 */
function asciiLabel(label: string): string | undefined {
  const lower = label.normalize('NFC').toLowerCase().normalize('NFC')
  if (ASCII.test(label)) return lower.startsWith('xn--') && !isDecodable(lower) ? undefined : lower
  if (/[\p{C}\p{Z}]/u.test(label)) return undefined
  const ascii = domainToASCII(lower)
  // Some capitals have two lower-case forms, such as the Greek sigma.
  const isOneName = domainToUnicode(ascii) === lower && domainToASCII(label) === ascii
  return isOneName && ascii.startsWith('xn--') ? ascii : undefined
}

/**
 * Whether punycode stands for something and is spelled the one way in which an encoder spells it.
 */
function isDecodable(label: string): boolean {
  const unicode = domainToUnicode(label)
  return unicode !== label && domainToASCII(unicode) === label
}
