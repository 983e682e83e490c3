import type { Outcome } from './carrier'

/** Commands about one mail. A reply to any other is about the server or our account with it. */
const MAIL_COMMANDS: readonly unknown[] = ['MAIL FROM', 'RCPT TO', 'DATA']

/** What went wrong, by nodemailer's error codes, in our words. */
const REASONS: Readonly<Record<string, string>> = {
  EAUTH: 'sign-in refused',
  ECONNECTION: 'connection closed',
  EDNS: 'host not found',
  EENVELOPE: 'envelope refused',
  EMESSAGE: 'message refused',
  EPROTOCOL: 'not an SMTP server',
  ESOCKET: 'network or certificate error',
  ETIMEDOUT: 'no answer in time',
  ETLS: 'no TLS',
}

/**
 * Judges an error of the connection. Only a 5xx about this mail is final (RFC 5321 §4.2.1). A password
 * that is refused or a server without TLS is ours to mend, and the mail waits for it.
 */
export function describeSmtpError(error: unknown): Outcome {
  const { code, responseCode, command } = (error ?? {}) as Readonly<Record<string, unknown>>
  const reason = REASONS[String(code)] ?? 'connection failed'
  if (typeof responseCode !== 'number') return { status: 'deferred', reason }
  const isFinal = responseCode >= 500 && responseCode < 600 && MAIL_COMMANDS.includes(command)
  return { status: isFinal ? 'refused' : 'deferred', reason, replyCode: responseCode }
}
