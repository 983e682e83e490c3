import { sha256 } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import type { LoginIdentifier } from '../../platform/text/email-key'

/**
 * The guard of an account, by the id of its user, or of a name, by which strangers are counted.
 * What a stranger has done with a name stays with that name, whoever has it: nobody, a sign-up, an
 * account.
 */
export const limiterOf = (
  deps: Pick<Deps, 'accountGuards'>,
  what: { userId: string } | { name: LoginIdentifier },
) => deps.accountGuards.getByName('userId' in what ? what.userId : `name:${hashOf(what.name)}`)

/**
 * Stands where the guard of an account would for a name that nobody has: the same calls, and what
 * it says counts for nothing. A few for all such names, so that a flood of names makes no objects
 * beside the guards of the names.
 */
export const limiterOfNobody = (deps: Pick<Deps, 'accountGuards'>, name: LoginIdentifier) =>
  deps.accountGuards.getByName(`nobody:${hashOf(name).slice(0, 2)}`)

const hashOf = ({ kind, key }: LoginIdentifier) => sha256(`${kind}:${key}`)
