/**
 * What must never reach an SMTP command or a header: CR, LF, NUL and all other controls, the line and
 * paragraph separators, and halves of surrogate pairs. They end a line, or become something that does
 * on the way through another program (E-095, E-096).
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

export const isHeaderSafe = (text: string): boolean => !UNSAFE.test(text)

const MAX_ADDRESS_LENGTH = 254
/** No quoted local part, no address literal, no list, no name, no comment, nothing invisible. */
const ADDRESS = /^[^\s<>()[\]\\,;:"@\p{C}\p{Z}]{1,64}@([^\s<>()[\]\\,;:"@\p{C}\p{Z}]{1,253})$/u
const DOMAIN = /^[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}.-]*[\p{L}\p{N}\p{M}])?$/u

/**
 * One mailbox, written in a way that can only be read as one (RFC 5321 §4.1.2, Dot-string). What
 * validated it before does not count: this is the last gate before the wire.
 */
export function isSingleAddress(text: string): boolean {
  const domain = ADDRESS.exec(text)?.[1]
  return text.length <= MAX_ADDRESS_LENGTH && domain !== undefined && DOMAIN.test(domain)
}

/** `a…@example.com`: enough to recognise an address in a log, not enough to have it. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const [first = ''] = address.slice(0, Math.max(0, at))
  return `${first}…${at < 0 ? '' : address.slice(at)}`
}
