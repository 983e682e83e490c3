import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Keyring } from '../../platform/crypto/keyring'
import { equalSecrets, mac, sha256 } from '../../platform/crypto/token'
import type { Settings } from '../../platform/settings'

type Keys = Pick<Settings, 'SEALING_KEYS'>

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 131 bits each of id and secret, and 125 of the MAC that ends the secret. */
const ID_LENGTH = 22
const RANDOM_LENGTH = 22
const TAG_LENGTH = 21
const CHECK_LENGTH = 6

/**
 * What a scanner for leaked secrets looks for; then the check tells a key from a text that looks
 * like one.
 */
const FORMAT = /^(phk_live_([0-9A-Za-z]{22})_([0-9A-Za-z]{22})([0-9A-Za-z]{21}))([0-9A-Za-z]{6})$/

export type KeyText = Readonly<{ id: string; text: string; hash: string }>

/** `key_…`: what lists, logs and paths call a key by. It stands in the key, and is no secret. */
export const newKeyId = (): string => `key_${randomSigns(ID_LENGTH)}`

/**
 * A key, `phk_live_<id>_<secret><check>`, for its owner to see once. Every new one has its own
 * secret.
 */
export function newKeyText({ SEALING_KEYS }: Keys, id: string): KeyText {
  const random = randomSigns(RANDOM_LENGTH)
  const secret = `${random}${tagOf(SEALING_KEYS, id, random)}`
  const body = `phk_live_${id.slice('key_'.length)}_${secret}`
  const text = `${body}${checkOf(body)}`
  return { id, text, hash: sha256(text) }
}

/**
 * Reads a key; `undefined` for anything else: one that is mistyped, or that was never made here.
 * Those cost no query, wherever they come from, so that no limit has to tell a stranger from a
 * customer behind the same address. Neither part decides whether a key is good: its hash in the
 * database does.
 */
export function readKeyText({ SEALING_KEYS }: Keys, text: string): KeyText | undefined {
  const [, body, signs, random = '', tag = '', check] = FORMAT.exec(text) ?? []
  if (body === undefined || check !== checkOf(body)) return undefined
  const id = `key_${signs}`
  const isOurs = SEALING_KEYS.some((key) => equalSecrets(tag, tagOf([key], id, random)))
  return isOurs ? { id, text, hash: sha256(text) } : undefined
}

function tagOf(ring: Keyring, id: string, random: string): string {
  const tag = Buffer.from(mac(ring, 'api-key', `${id}.${random}`), 'base64url')
  return base62(BigInt(`0x${tag.toString('hex')}`), TAG_LENGTH)
}

/** CRC-32 in base 62, as GitHub's tokens have it: six signs hold it all. */
const checkOf = (body: string): string => base62(BigInt(crc32(body)), CHECK_LENGTH)

/** The last signs of a number in base 62. */
function base62(value: bigint, length: number): string {
  let rest = value
  let signs = ''
  while (signs.length < length) {
    signs = (ALPHABET[Number(rest % 62n)] ?? '') + signs
    rest /= 62n
  }
  return signs
}

/** `randomInt` draws again instead of folding, so no sign is likelier. */
const randomSigns = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
