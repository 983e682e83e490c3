import { Agent, request } from 'node:http'

export type Call = Readonly<{
  method: 'GET' | 'POST'
  path: string
  headers?: Readonly<Record<string, string>>
  json?: unknown
}>
export type Reply = Readonly<{ status: number; cookies: readonly string[]; text: string }>
export type Send = (call: Call) => Promise<Reply>

/** A client of one server that keeps its connections open. */
export function client(url: URL) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const send: Send = ({ method, path, headers = {}, json }) =>
    new Promise((resolve, reject) => {
      const body = json === undefined ? undefined : JSON.stringify(json)
      const outgoing = request(
        {
          agent,
          host: url.hostname,
          port: url.port,
          method,
          path,
          headers: {
            ...headers,
            ...(body !== undefined && {
              'Content-Type': 'application/json',
              'Content-Length': Buffer.byteLength(body),
            }),
          },
        },
        (incoming) => {
          let text = ''
          incoming.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          incoming.once('error', reject)
          incoming.once('end', () => {
            const cookies = incoming.headers['set-cookie'] ?? []
            resolve({ status: incoming.statusCode ?? 0, cookies, text })
          })
        },
      )
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  return { send, close: () => agent.destroy() }
}

/**
 * The JSON of a reply with the status that was expected; anything else ends the run. The fields
 * that are read here are strings.
 */
export function expectJson(reply: Reply, status: number): Partial<Record<string, string>> {
  if (reply.status !== status)
    throw new Error(`answered ${reply.status}, not ${status}: ${reply.text}`)
  return reply.text === '' ? {} : (JSON.parse(reply.text) as Partial<Record<string, string>>)
}
