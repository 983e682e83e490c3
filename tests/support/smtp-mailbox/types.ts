/** A mail as it arrived, parsed; `envelope` is what the SMTP commands said. */
export type Mail = {
  id: number
  from: string
  to: string
  subject: string
  text: string
  html: string
  headers: Record<string, string>
  envelope: { from: string; to: string[] }
  raw: string
  connection: string
}

/** One connection to a mailbox: `lines` is all that the client said, except its credentials. */
export type Connection = {
  id: string
  mailbox: number
  port: PortName
  secure: boolean
  user: string | null
  lines: string[]
  to: string[]
}

/**
 * What happens to a recipient at the given command: a refusal, silence, or a closed connection. At
 * `mail` there is no recipient yet, and `to` is the sender.
 */
export type Fault = {
  to: string
  stage: 'mail' | 'rcpt' | 'data'
  act: 'reply' | 'hang' | 'close'
  reply: number
  text: string
  times: number
}

/**
 * A mailbox's SMTP servers, each on its own port:
 * `starttls` and `tls` work; `plain` offers no STARTTLS but takes AUTH in clear; `foreign` shows a
 * certificate that no trusted CA has signed; `noAuth` offers no AUTH; `badAuth` refuses any
 * password (535); `silent` accepts and says nothing; `closing` hangs up at once.
 */
export type Ports = Record<PortName, number>
export type PortName =
  | 'starttls'
  | 'tls'
  | 'plain'
  | 'foreign'
  | 'noAuth'
  | 'badAuth'
  | 'silent'
  | 'closing'

export type SmtpMailbox = { id: number; ports: Ports }
