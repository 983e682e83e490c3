import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import * as z from 'zod'

export type RangeRequest = {
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

const planSchema = z.strictObject({
  /** `hang` says nothing; `stall` stops after the first line; `endless` never ends. */
  act: z.enum(['answer', 'hang', 'stall', 'endless']).default('answer'),
  delayMs: z.int().default(0),
  status: z.int().default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
})
export type RangePlan = z.infer<typeof planSchema>

/**
 * As many entries as a padded range has; drawn anew at each run, so that no password is among them.
 */
const ORDINARY = Array.from({ length: 900 }, (_, at) => {
  const suffix = randomBytes(18).toString('hex').slice(1).toUpperCase()
  return `${suffix}:${at % 10 === 0 ? 0 : at}`
}).join('\r\n')
const DEFAULT: RangePlan = { act: 'answer', delayMs: 0, status: 200, headers: {}, body: ORDINARY }

/**
 * Stands for a service with the range API, on 127.0.0.1: `GET /<scope>/<prefix>` answers as was
 * planned for the scope (`PUT /plans/<scope>`), at first with an ordinary range at once. `GET
 * /requests/<scope>` shows what it was asked.
 */
export async function startBreachStub() {
  const plans = new Map<string, RangePlan>()
  const requests = new Map<string, RangeRequest[]>()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '/', headers } = request
    const [, first = '', second = ''] = path.split('/')
    const body = await textOf(request)
    if (first === 'plans') {
      plans.set(second, planSchema.parse(JSON.parse(body)))
      response.end('{}')
    } else if (first === 'requests') {
      response.end(JSON.stringify(requests.get(second) ?? []))
    } else {
      requests.set(first, [...(requests.get(first) ?? []), { method, path, headers, body }])
      const plan = plans.get(first) ?? DEFAULT
      setTimeout(() => play(plan, response), plan.delayMs)
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(400).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!(address instanceof Object)) throw new TypeError('the breach stub has no port')
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${address.port}`, close }
}

function play({ act, status, headers, body = ORDINARY }: RangePlan, response: ServerResponse) {
  if (act === 'hang') return
  response.writeHead(status, { 'content-type': 'text/plain', ...headers })
  if (act === 'answer') response.end(body)
  else if (act === 'stall') response.write(body.split('\r\n')[0] ?? '')
  else flood(response, `${body}\r\n`.repeat(1000))
}

function flood(response: ServerResponse, block: string) {
  const more = () => {
    while (!response.destroyed && response.write(block));
  }
  response.on('drain', more)
  more()
}

async function textOf(request: IncomingMessage) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
