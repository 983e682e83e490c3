import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import { bundle } from '../../../scripts/bench/bundle.ts'
import { noAssets, startServer, stopServers } from '../../../scripts/bench/servers.ts'
import { localSecrets } from '../../../scripts/dev/secrets.ts'

/**
 * The Worker as it is deployed, on a socket of its own: the dev server's proxy, which stands in
 * front of it there, answers by itself what is framed badly.
 */
export async function startOnSocket() {
  const directory = mkdtempSync(join(tmpdir(), 'phantom-socket-'))
  const secrets = await localSecrets(join(directory, 'secrets.json'))
  // wrangler reads the secrets that wrangler.toml requires from here.
  Object.assign(process.env, secrets)
  const { workerOptions } = unstable_getMiniflareWorkerOptions('wrangler.toml')
  const { modulesRules: _, queueConsumers: __, assets: ___, ...options } = workerOptions
  const lines: string[] = []
  const { url } = await startServer(
    {
      ...options,
      name: 'phantom',
      bindings: { ...(options['bindings'] as Record<string, string>), ...secrets },
      serviceBindings: { ASSETS: noAssets },
      modules: [...(await bundle(directory))],
    },
    [],
    ({ message }) => lines.push(message),
  )
  return {
    port: Number(url.port),
    /** What the Worker has written to its log. */
    lines: () => lines.filter((line) => line.startsWith('{')),
    async stop() {
      await stopServers()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** How a client ends what it sends: not at all, with a FIN, or with a reset. */
type End = 'stays' | 'ends' | 'resets'

/** Sends bytes as they are and returns the answer, `''` for none. */
export const sendRaw = (port: number, text: string, end: End): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').setTimeout(5_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (data: string) => {
      answer += data
      // Its end is told by the length; the connection may stay.
      if (/\r\n\r\n./s.test(answer)) socket.destroy()
    })
    socket.on('error', (error) => (end === 'resets' ? undefined : reject(error)))
    socket.on('close', () => resolve(answer))
    socket.write(text, () => {
      if (end === 'ends') socket.end()
      // Once it has been read: the request is under way.
      if (end === 'resets') setTimeout(() => socket.resetAndDestroy(), 50)
    })
  })
