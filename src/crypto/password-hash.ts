import { createHmac } from 'node:crypto'
import { equalSecrets } from './token'
import type { Keyring } from './keyring'

/** What one WebCrypto call may cost in production; local workerd would accept any number. */
const MAX_ITERATIONS_PER_CALL = 100_000

/** What a new hash costs: 3 × 75,000 rounds of HMAC-SHA-512, above the 220,000 that OWASP asks for. */
export const CURRENT_COST: Cost = { calls: 3, iterations: 75_000 }

export type Cost = Readonly<{ calls: number; iterations: number }>

const SALT_BYTES = 16
const HASH_BITS = 512
const FORMAT =
  /^\$pbkdf2-sha512-chain\$c=(\d{1,2}),i=(\d{1,6}),p=([a-z0-9]{1,16})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{86})$/

/**
 * Runs PBKDF2-HMAC-SHA-512 (RFC 8018 §5.2) once. The only door to it in this code: it refuses more
 * than 100,000 iterations as production does, because local workerd does not and every login would
 * fail on the day of the deployment.
 */
export async function pbkdf2(
  password: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  iterations: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (iterations > MAX_ITERATIONS_PER_CALL) {
    throw new RangeError(`PBKDF2: ${iterations} iterations, production allows 100000 in one call`)
  }
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash: 'SHA-512', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, HASH_BITS))
}

/**
 * Chains PBKDF2 calls, since one call may not be dear enough: the output of each is the password of
 * the next, with the call's number appended to the salt so that no two calls are alike. An attacker
 * must do all the rounds in order, as with one call of their sum.
 */
async function chain(password: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array> {
  // NFC only (NIST SP 800-63B-4 §3.1.1.2): the same password typed on another keyboard; never trimmed or folded.
  let secret = new Uint8Array(Buffer.from(password.normalize('NFC')))
  for (let call = 1; call <= cost.calls; call++) {
    secret = await pbkdf2(secret, Uint8Array.of(...salt, call), cost.iterations)
  }
  return secret
}

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
  const hash = pepperedHash(peppers[0].bytes, await chain(password, salt, cost))
  const parameters = `c=${cost.calls},i=${cost.iterations},p=${peppers[0].id}`
  return `$pbkdf2-sha512-chain$${parameters}$${Buffer.from(salt).toString('base64url')}$${hash}`
}

/** A well-formed hash that no password has: its last part is not the output of anything known. */
export const DUMMY_HASH = `$pbkdf2-sha512-chain$c=${CURRENT_COST.calls},i=${CURRENT_COST.iterations},p=none$${'A'.repeat(22)}$${'A'.repeat(86)}`

export type PasswordCheck = Readonly<{ matches: boolean; needsRehash: boolean }>

/**
 * Checks a password against a stored hash at the cost that the hash names. A hash that cannot be
 * read, or whose pepper is gone, is checked at the current cost and matches nothing: it fails closed
 * and takes as long as any other.
 */
export async function verifyPassword(
  peppers: Keyring,
  password: string,
  stored: string,
): Promise<PasswordCheck> {
  const { cost, pepperId, salt, hash } = parse(stored) ?? parse(DUMMY_HASH) ?? unreachable()
  const pepper = peppers.find(({ id }) => id === pepperId)
  const candidate = pepperedHash((pepper ?? peppers[0]).bytes, await chain(password, salt, cost))
  const matches = equalSecrets(candidate, hash) && pepper !== undefined
  const current =
    cost.calls * cost.iterations >= CURRENT_COST.calls * CURRENT_COST.iterations &&
    pepperId === peppers[0].id
  return { matches, needsRehash: matches && !current }
}

function parse(stored: string) {
  const [, calls, iterations, pepperId, salt, hash] = FORMAT.exec(stored) ?? []
  if (!calls || !iterations || !pepperId || !salt || !hash) return undefined
  const cost = { calls: Number(calls), iterations: Number(iterations) }
  return { cost, pepperId, salt: Buffer.from(salt, 'base64url'), hash }
}

const unreachable = (): never => {
  throw new Error('the dummy hash cannot be read')
}
