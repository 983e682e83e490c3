import { readdirSync, readFileSync } from 'node:fs'
import { convertV4MiniflareOptions, Miniflare, Response, type V4WorkerOptions } from 'miniflare'
import { childrenNamed } from './cpu.ts'

/**
 * One workerd process with its Worker. Its port is the Worker's own: miniflare's entry Worker,
 * which stands in front of it in development, is passed by.
 */
export type Server = Readonly<{ url: URL; pid: number; miniflare: Miniflare }>

const DIRECT = [{ host: '127.0.0.1', port: 0 }]
const servers = new Set<Server>()

type OnLine = (line: { level: string; message: string }) => void

/** Starts a Worker, and applies our migrations to its database. */
export async function startServer(
  worker: V4WorkerOptions,
  others: readonly V4WorkerOptions[] = [],
  onLine: OnLine = complain,
): Promise<Server> {
  const before = childrenNamed('workerd')
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      workers: [{ ...worker, unsafeDirectSockets: DIRECT }, ...others],
      handleStructuredLogs: onLine,
    }),
  )
  await miniflare.ready
  const [pid] = childrenNamed('workerd').filter((child) => !before.includes(child))
  if (pid === undefined) throw new Error('workerd is not running')
  const server = { url: await miniflare.unsafeGetDirectURL(worker.name), pid, miniflare }
  servers.add(server)
  const db = await miniflare.getD1Database('DB', worker.name)
  for (const statement of migrations()) await db.prepare(statement).run()
  return server
}

/** A line per request is what production writes too; nobody needs to read it here, errors apart. */
function complain({ level, message }: { level: string; message: string }) {
  if (level === 'error') process.stderr.write(`workerd: ${message}\n`)
}

const migrations = () =>
  readdirSync('migrations')
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .flatMap((name) => readFileSync(`migrations/${name}`, 'utf8').split('--> statement-breakpoint'))

/**
 * Takes the place of the mail consumer: hands each sealed mail to us as it is, so that SMTP is no
 * part of what is measured and the code of a login is known as its owner would know it.
 */
export const mailReader = (
  onMail: (sealed: string) => Promise<void>,
  queue: { maxBatchSize: number; maxBatchTimeout: number },
): V4WorkerOptions => ({
  name: 'mail-reader',
  compatibilityDate: '2026-11-01',
  modules: [{ type: 'ESModule', path: 'mail-reader.js', contents: MAIL_READER }],
  queueConsumers: { 'phantom-mail': queue },
  serviceBindings: {
    BENCH: async (request) => {
      const mails: unknown = await request.json()
      if (Array.isArray(mails)) await Promise.all(mails.map((mail) => onMail(String(mail))))
      return new Response()
    },
  },
})

const MAIL_READER = `
export default {
  async queue({ messages }, { BENCH }) {
    const body = JSON.stringify(messages.map((message) => message.body))
    await BENCH.fetch('http://bench/', { method: 'POST', body })
  },
}`

/** Stands for the files of public/, which nothing here asks for. */
export const noAssets = () => new Response(null, { status: 404 })

/** Stops every workerd that was started here. */
export async function stopServers(): Promise<void> {
  await Promise.all([...servers].map(({ miniflare }) => miniflare.dispose()))
  servers.clear()
}

// Whatever ends this process, no workerd stays behind.
process.on('exit', () => {
  for (const { pid } of servers) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has already gone.
    }
  }
})
