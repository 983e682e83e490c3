import type { Outcome } from './carrier'
import { enhancedCodeOf, faultOf } from './smtp-reply'

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

/** Judges an error of the connection. One without a reply is the network's or the server's. */
export function describeSmtpError(error: unknown): Outcome {
  const { code, responseCode, command, response } = (error ?? {}) as Readonly<
    Record<string, unknown>
  >
  const reason = REASONS[String(code)] ?? 'connection failed'
  if (typeof responseCode !== 'number') {
    // A server that offers no sign-in for us to try.
    const isSignIn = code === 'EAUTH'
    return { status: 'deferred', reason, ...(isSignIn && { fault: 'sign_in_refused' }) }
  }
  const enhancedCode = typeof response === 'string' ? enhancedCodeOf(response) : undefined
  const fault = faultOf({ replyCode: responseCode, enhancedCode, command: String(command) })
  return {
    status: fault === 'mail' ? 'refused' : 'deferred',
    reason,
    replyCode: responseCode,
    ...(enhancedCode && { enhancedCode }),
    ...(fault !== 'mail' && fault !== 'server' && { fault }),
  }
}
