import type { Deps } from '../context'
import { problem } from '../problems'
import { checkPassword } from './policy'

/** Refuses a new password that breaks the rules, with every reason; `known` are the owner's own names. */
export function requireGoodPassword(
  { settings }: Pick<Deps, 'settings'>,
  password: string,
  known: readonly (string | undefined)[],
): void {
  const host = new URL(settings.PUBLIC_URL).hostname
  const context = [host, ...known.filter((name) => name !== undefined)]
  const errors = checkPassword(password, { minLength: settings.PASSWORD_MIN_LENGTH, context })
  if (errors.length > 0) throw problem('password_rejected', { errors })
}
