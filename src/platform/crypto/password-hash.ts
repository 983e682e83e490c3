import { createHmac } from 'node:crypto'
import type { Keyring } from './keyring'
import { equalSecrets } from './token'

/** What one WebCrypto call may cost in production; local workerd would accept any number. */
const MAX_ITERATIONS_PER_CALL = 100_000
/**
 * What a stored hash may ask of us: a forged one must not become a CPU bomb. About 0.3 s at worst
 * in production.
 */
const MAX_ITERATIONS = 600_000

export type Cost = Readonly<{ calls: number; iterations: number }>

/**
 * What a hash costs in production (`Deps.passwordCost`): 3 × 75,000 rounds of HMAC-SHA-512, above
 * the 220,000 that OWASP asks for. Checked when the module loads, so that a cost which production
 * refuses stops the deployment, not the logins.
 */
export const CURRENT_COST = affordable({ calls: 3, iterations: 75_000 })

const SALT_BYTES = 16
const HASH_BITS = 512
const FORMAT =
  /^\$pbkdf2-sha512-chain\$c=([1-9]\d?),i=([1-9]\d{0,5}),p=([a-z0-9]{1,16})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{86})$/

/**
 * Runs PBKDF2-HMAC-SHA-512 (RFC 8018 §5.2) once. The only door to it in this code: it refuses more
 * than 100,000 iterations as production does, because local workerd does not and every login would
 * fail on the day of the deployment. Throws a `RangeError` then, and for no iterations at all.
 */
export async function pbkdf2(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  affordable({ calls: 1, iterations })
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-512', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, HASH_BITS))
}

/**
 * Returns a cost that can be paid; throws a `RangeError` for one that production would refuse or
 * that is no work.
 */
function affordable(cost: Cost): Cost {
  const { calls, iterations } = cost
  const whole = Number.isSafeInteger(calls) && Number.isSafeInteger(iterations)
  if (!whole || calls < 1 || iterations < 1 || calls * iterations > MAX_ITERATIONS) {
    throw new RangeError(`PBKDF2: ${calls} calls of ${iterations} iterations cannot be afforded`)
  }
  if (iterations > MAX_ITERATIONS_PER_CALL) {
    throw new RangeError(`PBKDF2: ${iterations} iterations, production allows 100000 in one call`)
  }
  return cost
}

/**
 * Chains PBKDF2 calls, since one call may not be dear enough: the output of each is the password of
 * the next, with the call's number appended to the salt so that no two calls are alike. An attacker
 * must do all the rounds in order, as with one call of their sum.
 */
async function chain(password: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array> {
  let secret = passwordBytes(password)
  for (let call = 1; call <= cost.calls; call++) {
    secret = await pbkdf2(secret, Uint8Array.of(...salt, call), cost.iterations)
  }
  return secret
}

/**
 * NFC only (NIST SP 800-63B-4 §3.1.1.2): the same password typed on another keyboard; never trimmed
 * or folded. The byte 1 at the end because HMAC fills its key with NULs (RFC 2104 §2): without it,
 * a password and the same password with NULs appended would have one hash.
 */
const passwordBytes = (password: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(`${password.normalize('NFC')}\u0001`))

const pepperedHash = (pepper: Uint8Array, hash: Uint8Array): string =>
  createHmac('sha512', pepper).update(hash).digest('base64url')

/**
 * Hashes a password for storage:
 * `$pbkdf2-sha512-chain$c=<calls>,i=<iterations>,p=<pepper id>$<salt>$<hash>`, base64url.
 *
 * The pepper (HMAC-SHA-512 over the chain's output, key outside the database) makes a stolen
 * database worthless for guessing.
 */
export async function hashPassword(
  peppers: Keyring,
  password: string,
  cost: Cost = CURRENT_COST,
): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES))
  const hash = pepperedHash(peppers[0].bytes, await chain(password, salt, affordable(cost)))
  const parameters = `c=${cost.calls},i=${cost.iterations},p=${peppers[0].id}`
  return `$pbkdf2-sha512-chain$${parameters}$${Buffer.from(salt).toString('base64url')}$${hash}`
}

/** A well-formed hash that no password has: its last part is not the output of anything known. */
export const dummyHash = (cost: Cost = CURRENT_COST): string =>
  hashOfNothing(cost, new Uint8Array(SALT_BYTES))

/**
 * Such a hash by which an account is told from all others, for one that has no password yet. It
 * costs nothing to make: there is nothing to guess.
 */
export const unusableHash = (cost: Cost = CURRENT_COST): string =>
  hashOfNothing(cost, crypto.getRandomValues(new Uint8Array(SALT_BYTES)))

function hashOfNothing({ calls, iterations }: Cost, salt: Uint8Array): string {
  const text = Buffer.from(salt).toString('base64url')
  return `$pbkdf2-sha512-chain$c=${calls},i=${iterations},p=none$${text}$${'A'.repeat(86)}`
}

export type PasswordCheck = Readonly<{ matches: boolean; needsRehash: boolean }>

/**
 * Checks a password against a stored hash at the cost that the hash names, and makes up for what it
 * lacks of the current cost: an old hash would otherwise answer sooner than the dummy and so tell
 * that there is an account. A hash that cannot be read or afforded, or whose pepper is gone,
 * matches nothing and takes the same time.
 */
export async function verifyPassword(
  peppers: Keyring,
  password: string,
  stored: string,
  current: Cost = CURRENT_COST,
): Promise<PasswordCheck> {
  const dummy = dummyHash(affordable(current))
  const { cost, pepperId, salt, hash } = parse(stored) ?? parse(dummy) ?? unreachable()
  const pepper = peppers.find(({ id }) => id === pepperId)
  const candidate = pepperedHash((pepper ?? peppers[0]).bytes, await chain(password, salt, cost))
  await spend(roundsOf(current) - roundsOf(cost))
  const matches = equalSecrets(candidate, hash) && pepper !== undefined
  const isCurrent = roundsOf(cost) >= roundsOf(current) && pepperId === peppers[0].id
  return { matches, needsRehash: matches && !isCurrent }
}

/** Does as much work as so many rounds, for nothing. */
async function spend(rounds: number): Promise<void> {
  for (let left = rounds; left > 0; left -= MAX_ITERATIONS_PER_CALL) {
    await pbkdf2(
      new Uint8Array(1),
      new Uint8Array(SALT_BYTES),
      Math.min(left, MAX_ITERATIONS_PER_CALL),
    )
  }
}

const roundsOf = ({ calls, iterations }: Cost) => calls * iterations

function parse(stored: string) {
  const [, calls, iterations, pepperId, salt, hash] = FORMAT.exec(stored) ?? []
  if (!calls || !iterations || !pepperId || !salt || !hash) return undefined
  const cost = { calls: Number(calls), iterations: Number(iterations) }
  if (cost.iterations > MAX_ITERATIONS_PER_CALL || roundsOf(cost) > MAX_ITERATIONS) return undefined
  return { cost, pepperId, salt: Buffer.from(salt, 'base64url'), hash }
}

const unreachable = (): never => {
  throw new Error('the dummy hash cannot be read')
}
