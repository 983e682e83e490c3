import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Records } from './records.ts'
import type { SmtpMailbox } from './types.ts'

const LONG_POLL_MS = 5000

const faultSchema = z.strictObject({
  to: z.string(),
  stage: z.enum(['mail', 'rcpt', 'data']).default('rcpt'),
  act: z.enum(['reply', 'hang', 'close']).default('reply'),
  reply: z.int().min(400).max(599).default(451),
  text: z.string().default('refused as planned'),
  times: z.int().min(1).default(1),
})

/**
 * The mailboxes' HTTP side, for tests that run inside workerd and cannot reach into this process.
 */
export async function httpServer(records: Records, open: () => Promise<SmtpMailbox>) {
  const server = createServer((request, response) => {
    answer(request, records, open).then(
      (body) => send(response, 200, body),
      (error: unknown) => send(response, 400, { error: String(error) }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!(address instanceof Object)) throw new TypeError('the mailbox has no port')
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${address.port}`, close }
}

async function answer(
  request: IncomingMessage,
  records: Records,
  open: () => Promise<SmtpMailbox>,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mailbox')
  const to = searchParams.get('to')
  switch (`${request.method} ${pathname}`) {
    case 'POST /mailboxes':
      return open()
    case 'GET /mails':
      if (to === null) throw new TypeError('whose mails?')
      return records.waitForMails(
        to,
        Number(searchParams.get('after') ?? 0),
        Math.min(Number(searchParams.get('wait') ?? LONG_POLL_MS), LONG_POLL_MS),
      )
    case 'GET /connections':
      return to === null
        ? records.connectionsOf(Number(searchParams.get('mailbox')))
        : records.connectionsTo(to)
    case 'POST /faults':
      return records.plan(faultSchema.parse(JSON.parse(await body(request))))
    default:
      throw new TypeError('no such thing')
  }
}

async function body(request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, value: unknown) {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(value))
}
