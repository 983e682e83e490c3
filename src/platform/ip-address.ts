import {
  convertIPv4BinaryToString,
  convertIPv4MappedIPv6ToIPv4,
  convertIPv4ToBinary,
  convertIPv6ToBinary,
  isIPv4MappedIPv6,
} from 'hono/utils/ipaddr'

/** An address as a number of 32 or 128 bits. */
export type IpAddress = Readonly<{ value: bigint; bits: 32 | 128 }>

/**
 * Reads an address (RFC 4291 §2.2); an IPv4-mapped one is the IPv4 address. `undefined` for what is
 * no address, or has a zone, which means something on one machine alone (RFC 4007 §6).
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.includes('%')) return undefined
  try {
    if (!text.includes(':')) return { value: convertIPv4ToBinary(text), bits: 32 }
    const value = convertIPv6ToBinary(text)
    return isIPv4MappedIPv6(value)
      ? { value: convertIPv4MappedIPv6ToIPv4(value), bits: 32 }
      : { value, bits: 128 }
  } catch {
    return undefined
  }
}

/** One spelling per address: IPv6 as eight lower-case groups without padding. */
export const spellIp = ({ value, bits }: IpAddress): string =>
  bits === 32 ? convertIPv4BinaryToString(value) : groupsOf(value).join(':')

const groupsOf = (value: bigint) =>
  Array.from({ length: 8 }, (_, at) => ((value >> BigInt(16 * (7 - at))) & 0xffffn).toString(16))

/** An address in our one spelling; `undefined` for what is no address. */
export function canonicalIp(text: string): string | undefined {
  const address = parseIp(text)
  return address && spellIp(address)
}

/**
 * The part of an address in our spelling that one subscriber holds, an IPv4 address or an IPv6 /64;
 * and the IPv6 /48 around it.
 */
export function networkOf(ip: string): { network: string; site: string | undefined } {
  if (!ip.includes(':')) return { network: ip, site: undefined }
  const groups = ip.split(':')
  return { network: groups.slice(0, 4).join(':'), site: groups.slice(0, 3).join(':') }
}
