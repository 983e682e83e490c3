import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { sha256 } from '../crypto/token'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 131 and 256 bits. */
const ID_LENGTH = 22
const SECRET_LENGTH = 43
const CHECK_LENGTH = 6

/** What a scanner for leaked secrets looks for; then the check tells a key from a text that looks like one. */
const FORMAT = /^(phk_live_([0-9A-Za-z]{22})_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/

export type KeyText = Readonly<{ id: string; text: string; hash: string }>

/** `key_…`: what lists, logs and paths call a key by. It stands in the key, and is no secret. */
export const newKeyId = (): string => `key_${randomSigns(ID_LENGTH)}`

/** A key, `phk_live_<id>_<secret><check>`, for its owner to see once. Every new one has its own secret. */
export function newKeyText(id: string): KeyText {
  const body = `phk_live_${id.slice('key_'.length)}_${randomSigns(SECRET_LENGTH)}`
  const text = `${body}${checkOf(body)}`
  return { id, text, hash: sha256(text) }
}

/**
 * Reads a key; `undefined` for anything else, a mistyped one included: those cost no query. The check is
 * no protection, since everybody can compute it; the secret is.
 */
export function readKeyText(text: string): KeyText | undefined {
  const [, body, id, check] = FORMAT.exec(text) ?? []
  if (body === undefined || check !== checkOf(body)) return undefined
  return { id: `key_${id}`, text, hash: sha256(text) }
}

/** CRC-32 in base 62, as GitHub's tokens have it: six signs hold it all. */
function checkOf(body: string): string {
  let rest = crc32(body)
  let check = ''
  while (check.length < CHECK_LENGTH) {
    check = (ALPHABET[rest % ALPHABET.length] ?? '') + check
    rest = Math.floor(rest / ALPHABET.length)
  }
  return check
}

/** `randomInt` draws again instead of folding, so no sign is likelier. */
const randomSigns = (length: number): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
