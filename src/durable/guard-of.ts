import { sha256 } from '../crypto/token'
import type { Deps } from '../context'

/** The guard of a user, or of a name that nobody has: those are counted and locked alike. */
export const guardOf = (
  deps: Pick<Deps, 'accountGuards'>,
  account: { userId: string } | { unknownName: string },
) =>
  deps.accountGuards.getByName(
    'userId' in account ? account.userId : `name:${sha256(account.unknownName)}`,
  )
