import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Deps } from '../deps'
import { log } from '../log'
import { type Carrier, deferAll, type OutgoingMail } from './carrier'
import { composeMime, parseFrom } from './mime'
import { describeSmtpError } from './smtp-error'
import { openSocket, readyEvent } from './smtp-socket'
import { type Done, promised, timedOut, withTimeout } from './wait'

/** Milliseconds. Together they bound what a server that hangs can cost a batch. */
export const SMTP_LIMITS = {
  connect: 10_000,
  greeting: 10_000,
  /** Without a byte from the server. */
  idle: 15_000,
  /** For the whole connection: a server that trickles never idles. */
  total: 60_000,
  quit: 1_000,
}

/** A reply has a few hundred bytes; whoever sends more is no mail server. */
const MAX_REPLY_BYTES = 65_536

type Ask = <T>(start: (done: Done<T>) => void) => Promise<T | undefined>

/**
 * Opens the one connection that carries a batch. Never in clear: TLS from the first byte, or STARTTLS
 * demanded whatever the server offers, and a certificate of EMAIL_HOST. Without that there is no AUTH
 * and no mail. A server that cannot be used defers every mail.
 */
export async function connectSmtp(
  deps: Pick<Deps, 'settings' | 'now'>,
  limits: Readonly<typeof SMTP_LIMITS> = SMTP_LIMITS,
): Promise<Carrier> {
  const { settings } = deps
  const lost = Promise.withResolvers<never>()
  // Whoever waits hears of it; when nobody does, it is no unhandled rejection.
  lost.promise.catch(() => {})
  const timer = setTimeout(() => lost.reject(timedOut()), limits.total)
  const ask: Ask = (start) => Promise.race([lost.promise, promised(start)])
  let socket: ReturnType<typeof openSocket> | undefined
  try {
    const opened = openSocket(settings)
    socket = opened
    opened.on('error', lost.reject)
    // It may end before nodemailer listens.
    opened.once('close', () => lost.reject(ended()))
    await withTimeout(
      limits.connect,
      ask((done) => opened.once(readyEvent(settings), () => done())),
    )
    const connection = new SMTPConnection({
      connection: opened,
      host: settings.EMAIL_HOST,
      secure: settings.EMAIL_USE_SSL,
      secured: settings.EMAIL_USE_SSL,
      requireTLS: !settings.EMAIL_USE_SSL,
      name: new URL(settings.PUBLIC_URL).hostname,
      greetingTimeout: limits.greeting,
      socketTimeout: limits.idle,
      maxResponseSize: MAX_REPLY_BYTES,
    })
    connection.on('error', lost.reject)
    connection.once('end', () => lost.reject(ended()))
    await ask((done) => connection.connect(done))
    const auth = { user: settings.EMAIL_HOST_USER, pass: settings.EMAIL_HOST_PASSWORD }
    await ask((done) => connection.login(auth, done))
    const close = async () => {
      connection.quit()
      await withTimeout(limits.quit, lost.promise).catch(() => connection.close())
      clearTimeout(timer)
    }
    return { send: (mail) => sendOne(deps, connection, ask, mail), close }
  } catch (error) {
    clearTimeout(timer)
    socket?.destroy()
    const outcome = describeSmtpError(error)
    // Once a batch, whatever its mails: no address that a stranger types brings it about. A fault of
    // our account is told louder (mail-status.ts).
    if (!outcome.fault) {
      log('warn', 'mail_server_unusable', { reason: outcome.reason, reply_code: outcome.replyCode })
    }
    return deferAll(outcome)
  }
}

const ended = () => Object.assign(new Error('connection ended'), { code: 'ECONNECTION' })

async function sendOne(
  { settings, now }: Pick<Deps, 'settings' | 'now'>,
  connection: SMTPConnection,
  ask: Ask,
  mail: OutgoingMail,
) {
  const from = parseFrom(settings.EMAIL_FROM)
  try {
    const mime = await composeMime(mail, from, now())
    const envelope = { from: from.address, to: [mail.to], size: mime.length }
    await ask((done) => connection.send(envelope, mime, done))
    return { status: 'sent', reason: 'accepted' } as const
  } catch (error) {
    // Ends the transaction that was refused half-way; without it the next mail would be refused too.
    await ask((done) => connection.reset(done)).catch(() => connection.close())
    return describeSmtpError(error)
  }
}
