import * as z from 'zod'
import { canonicalIp } from '../http/caller'

/** A network as `<address>/<bits>`, host bits zero, one spelling each; a single address is all its bits. */
export const network = z
  .string()
  .max(64)
  .transform((text, context) => {
    const canonical = canonicalNetwork(text)
    if (!canonical) {
      context.addIssue({ code: 'custom', message: 'must be an IP address or a network (CIDR)' })
      return z.NEVER
    }
    return canonical
  })

/** Whether an address, in our one spelling, is in one of the networks. One that nobody knows is in none. */
export function isInNetworks(ip: string, networks: readonly string[]): boolean {
  const value = bitsOf(ip)
  return networks.some((entry) => {
    const [address = '', length] = entry.split('/')
    const other = bitsOf(address)
    // The same length is the same kind: 32 bits never match the first of 128.
    if (!value || !other || value.length !== other.length) return false
    return other.startsWith(value.slice(0, Number(length)))
  })
}

function canonicalNetwork(text: string): string | undefined {
  const [, address = '', bits] = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const ip = canonicalIp(address)
  const value = ip && bitsOf(ip)
  // An IPv4 address in IPv6 clothes counts other bits than it is kept by.
  if (!ip || !value || (bits !== undefined && address.includes(':') !== ip.includes(':'))) {
    return undefined
  }
  const length = Number(bits ?? value.length)
  if (length > value.length) return undefined
  return `${addressOf(value.slice(0, length).padEnd(value.length, '0'))}/${length}`
}

/** An address in our one spelling as a text of 32 or 128 bits. */
function bitsOf(ip: string): string | undefined {
  if (!/^[0-9a-f]+([.:][0-9a-f]+)+$/.test(ip)) return undefined
  return ip.includes(':')
    ? ip
        .split(':')
        .map((part) => binary(Number.parseInt(part, 16), 16))
        .join('')
    : ip
        .split('.')
        .map((part) => binary(Number(part), 8))
        .join('')
}

const binary = (value: number, length: number) => value.toString(2).padStart(length, '0')

function addressOf(bits: string): string {
  const isV4 = bits.length === 32
  const parts = bits.match(isV4 ? /.{8}/g : /.{16}/g) ?? []
  const values = parts.map((part) => Number.parseInt(part, 2))
  return isV4 ? values.join('.') : values.map((value) => value.toString(16)).join(':')
}
