import type { AccountFault } from './carrier'

export type SmtpReply = Readonly<{
  replyCode: number
  enhancedCode: string | undefined
  /** The command that was answered. */
  command: string
}>

/**
 * The enhanced status code of a reply (RFC 3463): at the beginning of its text, and of the same
 * class (RFC 2034 §4). Whatever else the text says is not read.
 */
export function enhancedCodeOf(response: string): string | undefined {
  const [, reply, code] = /^(\d)\d\d[ -](\d\.\d{1,3}\.\d{1,3})(?=\s|$)/.exec(response) ?? []
  return code && code[0] === reply ? code : undefined
}

/** Authentication is required, too weak or wrong (RFC 4954 §6). */
const SIGN_IN_REPLIES = [530, 534, 535, 538]
const SIGN_IN_CODES = ['5.7.8', '5.7.9', '5.7.11', '5.7.13', '5.7.14']
/** About the sender (RFC 3463 §3.2), and Microsoft's “may not send as”. */
const SENDER_CODES = ['5.1.7', '5.1.8', '5.7.60']
/**
 * RFC 3463 knows it as congestion, which is never permanent; as a 5xx it is Gmail's day that is
 * used up.
 */
const DAILY_CODES = ['5.4.5']

/** A message that is too large or malformed. */
const isOfMessage = ({ replyCode, enhancedCode }: SmtpReply) =>
  enhancedCode === undefined ? replyCode === 552 : /^5\.(6\.\d+|2\.3|3\.4)$/.test(enhancedCode)

/** A recipient that does not exist, or takes no mail. */
const isOfRecipient = ({ replyCode, enhancedCode, command }: SmtpReply) =>
  replyCode === 552 ||
  (enhancedCode === undefined
    ? command === 'RCPT TO' && [550, 551, 553, 556].includes(replyCode)
    : /^5\.(1\.\d+|2\.[12])$/.test(enhancedCode))

/**
 * Whose fault a reply is: `mail` is for good, since it concerns this recipient or message. MAIL
 * FROM comes before any recipient, so what is refused there is the sender or the message.
 */
export function faultOf(reply: SmtpReply): 'mail' | 'server' | AccountFault {
  const { replyCode, enhancedCode = '', command } = reply
  // “Not now” to a sign-in holds every mail too, and to ask again at once makes it longer.
  if (command.startsWith('AUTH')) return 'sign_in_refused'
  if (replyCode < 500) return 'server'
  if (!['MAIL FROM', 'RCPT TO', 'DATA'].includes(command)) return 'server'
  if (DAILY_CODES.includes(enhancedCode)) return 'daily_limit'
  if (SIGN_IN_REPLIES.includes(replyCode)) return 'sign_in_refused'
  if (SIGN_IN_CODES.includes(enhancedCode)) return 'sign_in_refused'
  if (SENDER_CODES.includes(enhancedCode)) return 'sender_refused'
  if (isOfMessage(reply)) return 'mail'
  if (command === 'MAIL FROM') return 'sender_refused'
  return isOfRecipient(reply) ? 'mail' : 'mails_refused'
}
