import { createServer, Server } from 'node:net'
import { type AddressObject, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'
import type { Records } from './records.ts'
import type { Connection, Fault } from './types.ts'

export type Login = Readonly<{ user: string; password: string }>
type KeyPair = Readonly<{ key: string; cert: string }>
type Answer = (error?: Error | null) => void

const refuse = (code: number, text = 'refused as planned') =>
  Object.assign(new Error(text), { responseCode: code })

/** Starts one SMTP server that writes all it sees into the records. */
export async function smtpServer(
  server: Pick<Connection, 'mailbox' | 'port'>,
  records: Records,
  login: Login,
  options: SMTPServerOptions & KeyPair,
) {
  const carryOut = (fault: Fault | undefined, session: SMTPServerSession, done: Answer) => {
    if (!fault) return done()
    if (fault.act === 'reply') return done(refuse(fault.reply, fault.text))
    if (fault.act === 'close') {
      // smtp-server closes politely (421); a peer that vanishes needs its socket.
      for (const peer of smtp.connections) {
        if (peer.id === session.id) peer._socket.destroy()
      }
    }
    // 'hang' never answers: the client's own limit has to end the wait.
  }

  const smtp = new SMTPServer({
    name: 'mailbox.phantom.test',
    disableReverseLookup: true,
    socketTimeout: 120_000,
    closeTimeout: 100,
    logger: lineRecorder(records),
    onConnect(session, done) {
      records.opened(session.id, server)
      done()
    },
    onAuth(auth, session, done) {
      const connection = records.connection(session.id)
      if (connection) connection.user = auth.username ?? null
      const right = auth.username === login.user && auth.password === login.password
      return right && server.port !== 'badAuth'
        ? done(null, { user: login.user })
        : done(refuse(535))
    },
    onMailFrom({ address }, session, done) {
      carryOut(records.faultFor('mail', [address]), session, done)
    },
    onRcptTo({ address }, session, done) {
      const connection = records.connection(session.id)
      connection?.to.push(address)
      if (connection) connection.secure = session.secure
      carryOut(records.faultFor('rcpt', [address]), session, done)
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        const fault = records.faultFor('data', to)
        if (fault) return carryOut(fault, session, done)
        void keepThenAnswer(records, session, Buffer.concat(chunks), done)
      })
    },
    ...options,
  })
  // A client that hangs up in the middle is what many tests are about.
  smtp.on('error', () => undefined)
  return listen(smtp)
}

/** A TCP server that speaks no SMTP: it says nothing, or hangs up. */
export const tcpServer = (hangsUp: boolean) => {
  const sockets = new Set<{ destroy: () => void }>()
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (hangsUp) socket.destroy()
    else sockets.add(socket)
  })
  return listen(server, () => {
    for (const socket of sockets) socket.destroy()
  })
}

async function keepThenAnswer(
  records: Records,
  session: SMTPServerSession,
  raw: Buffer,
  done: Answer,
) {
  try {
    await keep(records, session, raw)
    done()
  } catch {
    done(refuse(451))
  }
}

async function keep(records: Records, session: SMTPServerSession, raw: Buffer) {
  const mail = await simpleParser(raw)
  const { mailFrom, rcptTo } = session.envelope
  records.add({
    from: addresses(mail.from),
    to: addresses(mail.to),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
    headers: Object.fromEntries(
      mail.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
    ),
    envelope: {
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
    },
    raw: raw.toString('utf8'),
    connection: session.id,
  })
}

const addresses = (header: AddressObject | AddressObject[] | undefined) =>
  [header ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ')

/** smtp-server shows each line of the client only to its logger. */
function lineRecorder(records: Records) {
  const record = (entry: unknown, direction?: unknown, line?: unknown) => {
    if (!(entry instanceof Object) || direction !== 'C:') return
    records.connection(String(Reflect.get(entry, 'cid')))?.lines.push(String(line))
  }
  const quiet = () => undefined
  return {
    trace: quiet,
    debug: record,
    info: quiet,
    warn: quiet,
    error: quiet,
    fatal: quiet,
    level: quiet,
  }
}

async function listen(listener: Server | SMTPServer, beforeClose = () => {}) {
  const server: unknown = listener instanceof SMTPServer ? listener.server : listener
  if (!(server instanceof Server)) throw new TypeError('not a TCP server')
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    listener.listen(0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (!(address instanceof Object)) throw new TypeError('a mailbox has no port')
  const close = () => {
    beforeClose()
    return new Promise<void>((resolve) => void listener.close(() => resolve()))
  }
  return { port: address.port, close }
}
