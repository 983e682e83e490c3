import { emailAddress, emailKey } from '../text/email-key'

/**
 * What must never reach an SMTP command or a header: CR, LF, NUL and all other controls, the line and
 * paragraph separators, and halves of surrogate pairs. They end a line, or become something that does
 * on the way through another program (E-095, E-096).
 */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

export const isHeaderSafe = (text: string): boolean => !UNSAFE.test(text)

/** No quoted local part, no address literal, no list, no name, no comment: nothing to disagree about. */
const ADDRESS = /^[^\s<>()[\]\\,;:"@]{1,64}@[^\s<>()[\]\\,;:"@]{1,253}$/

/**
 * The address as it stands in RCPT and To: local part as its owner wrote it, domain in punycode, all
 * ASCII. `undefined` for what is not exactly one mailbox. Whatever checked it before does not count:
 * this is the last gate before the wire (E-055, E-095).
 */
export function wireAddress(text: string): string | undefined {
  if (!ADDRESS.test(text) || !isHeaderSafe(text)) return undefined
  const { success } = emailAddress.safeParse(text)
  if (!success) return undefined
  const key = emailKey(text)
  return `${text.slice(0, text.indexOf('@'))}${key.slice(key.indexOf('@'))}`
}

/** `a…@example.com`: enough to recognise an address in a log, not enough to have it. */
export function maskAddress(address: string): string {
  const [, first, domain] = /^(.).*@([\p{L}\p{N}.-]{1,253})$/su.exec(address) ?? []
  return first && domain ? `${first}…@${domain}` : '…'
}
