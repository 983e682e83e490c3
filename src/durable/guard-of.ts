import { sha256 } from '../crypto/token'
import type { Deps } from '../context'

/**
 * The guard of a user, or of a name that nobody has: those are counted and locked alike. An address has one
 * whether it has an account or not, for the links that confirm it.
 */
export const guardOf = (
  deps: Pick<Deps, 'accountGuards'>,
  account: { userId: string } | { unknownName: string } | { address: string },
) => deps.accountGuards.getByName(nameOf(account))

function nameOf(account: Parameters<typeof guardOf>[1]): string {
  if ('userId' in account) return account.userId
  return 'address' in account
    ? `address:${sha256(account.address)}`
    : `name:${sha256(account.unknownName)}`
}
