import * as z from 'zod'
import { type IpAddress, parseIp, spellIp } from '../../platform/ip-address'

/**
 * A network as `<address>/<bits>`, host bits zero, one spelling each; a single address is all its
 * bits.
 */
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

/** Whether an address is in one of the networks. One that nobody knows is in none. */
export function isInNetworks(ip: string, networks: readonly string[]): boolean {
  const address = parseIp(ip)
  if (!address) return false
  return networks.some((entry) => {
    const [start = '', length] = entry.split('/')
    const network = parseIp(start)
    return (
      network?.bits === address.bits &&
      firstBits(network, Number(length)) === firstBits(address, Number(length))
    )
  })
}

const firstBits = ({ value, bits }: IpAddress, length: number) => value >> BigInt(bits - length)

function canonicalNetwork(text: string): string | undefined {
  const [, start = '', given] = /^([0-9A-Fa-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? []
  const address = parseIp(start)
  // An IPv4 address in IPv6 clothes counts other bits than it is kept by.
  if (!address || (given !== undefined && start.includes(':') !== (address.bits === 128))) {
    return undefined
  }
  const { bits } = address
  const length = Number(given ?? bits)
  if (length > bits) return undefined
  const value = firstBits(address, length) << BigInt(bits - length)
  return `${spellIp({ value, bits })}/${length}`
}
