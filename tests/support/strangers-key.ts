import { crc32 } from 'node:zlib'
import { newKeyId } from '../../src/identity/api-keys/key-text'

const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID = 22

/**
 * A text that looks like an API key and has a right check, as anybody can make one: with an id that
 * its maker has seen, and with a secret of which so many signs are kept.
 */
export function strangersKey(id = newKeyId(), like = '', signs = ID): string {
  const made = `${newKeyId()}${newKeyId()}`.replaceAll('key_', '').slice(0, 43)
  const random = like.slice('phk_live_'.length + ID + 1).slice(0, signs)
  const body = `phk_live_${id.slice('key_'.length)}_${random}${made.slice(random.length)}`
  let rest = crc32(body)
  let check = ''
  while (check.length < 6) {
    check = (SIGNS[rest % 62] ?? '') + check
    rest = Math.floor(rest / 62)
  }
  return `${body}${check}`
}
