import { callStore } from '../../platform/call-store'
import { sha256 } from '../../platform/crypto/token'
import type { Deps } from '../../platform/deps'
import type { LoginIdentifier } from '../../platform/text/email-key'
import { limiterOf } from './limiter-of'

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
  const text = await callStore(deps, 'kv', () => deps.kv.get(keyOf(identifier)))
  const until = Number(text)
  return text !== null && until > deps.now().getTime() ? until : undefined
}

/**
 * Writes the lock of the name that was tried, and of no other of its account: nothing shows which
 * those are.
 */
export async function putLock(
  deps: Pick<Deps, 'kv' | 'settings' | 'patience'>,
  name: LoginIdentifier,
  until: number,
): Promise<void> {
  const ttl = Math.max(MIN_KV_TTL_SECONDS, deps.settings.ACCOUNT_LOCKOUT_DURATION)
  await callStore(deps, 'kv', () => deps.kv.put(keyOf(name), String(until), { expirationTtl: ttl }))
}

/**
 * Ends the lock of every name of an account, when its owner is back: in its guard, which decides,
 * and in KV, where other edges may see it for another minute.
 */
export async function dropLocks(
  deps: Pick<Deps, 'kv' | 'accountGuards' | 'patience'>,
  names: readonly LoginIdentifier[],
): Promise<void> {
  await Promise.all(
    names.flatMap((name) => [
      callStore(deps, 'guard', () => limiterOf(deps, { name }).unlock()),
      callStore(deps, 'kv', () => deps.kv.delete(keyOf(name))),
    ]),
  )
}
