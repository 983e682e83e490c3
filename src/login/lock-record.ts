import { sha256 } from '../crypto/token'
import type { Deps } from '../context'
import { reach } from '../reach'
import type { LoginIdentifier } from '../users/email-key'

/** KV refuses to keep anything for less. */
const MIN_KV_TTL_SECONDS = 60

const keyOf = ({ kind, key }: LoginIdentifier) => `lock:${sha256(`${kind}:${key}`)}`

/** Every name that an account can be called by. */
export const namesOf = (user: {
  emailKey: string
  usernameKey: string | null
}): LoginIdentifier[] => [
  { kind: 'email', key: user.emailKey },
  ...(user.usernameKey === null ? [] : [{ kind: 'username' as const, key: user.usernameKey }]),
]

/**
 * Until when strangers are refused for a name, milliseconds. The fast refusal only: KV may lag by a
 * minute, so the guard decides on its own, and an expired record is no lock.
 */
export async function findLock(
  deps: Pick<Deps, 'kv' | 'now' | 'patience'>,
  identifier: LoginIdentifier,
): Promise<number | undefined> {
  const text = await reach(deps, 'kv', () => deps.kv.get(keyOf(identifier)))
  const until = Number(text)
  return text !== null && until > deps.now().getTime() ? until : undefined
}

/** Writes the lock under every name that the account can be called by. */
export async function putLock(
  deps: Pick<Deps, 'kv' | 'settings' | 'patience'>,
  identifiers: readonly LoginIdentifier[],
  until: number,
): Promise<void> {
  const ttl = Math.max(MIN_KV_TTL_SECONDS, deps.settings.ACCOUNT_LOCKOUT_DURATION)
  await reach(deps, 'kv', () =>
    Promise.all(
      identifiers.map((identifier) =>
        deps.kv.put(keyOf(identifier), String(until), { expirationTtl: ttl }),
      ),
    ),
  )
}

/** Ends the lock under every name, when its owner is back. Other edges may see it for another minute. */
export async function dropLock(
  deps: Pick<Deps, 'kv' | 'patience'>,
  identifiers: readonly LoginIdentifier[],
): Promise<void> {
  await reach(deps, 'kv', () =>
    Promise.all(identifiers.map((identifier) => deps.kv.delete(keyOf(identifier)))),
  )
}
