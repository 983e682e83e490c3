import { methodsOf } from '../identity/factors/factors-of-user'
import type { Deps } from '../platform/deps'
import { findReset } from './find-reset'

/** What the page of a link shows before it asks for a password. Changes nothing. */
export async function checkReset(deps: Pick<Deps, 'db' | 'now'>, token: string) {
  const reset = await findReset(deps, token)
  const { email, hasTotp: isFactorRequired } = reset
  return { email, isFactorRequired, methods: isFactorRequired ? methodsOf(reset) : [] }
}
