import { createHmac } from 'node:crypto'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import type { Settings } from '../../src/platform/settings.ts'
import { localSecrets } from '../dev/secrets.ts'
import { PASSWORD, seedAccounts } from './accounts.ts'
import { hashPassword, openMail, parseKeyring } from './as-bundled.ts'
import { bareClient } from './bare.ts'
import { bundle, type Module } from './bundle.ts'
import { client } from './client.ts'
import { seedKeys } from './keys.ts'
import { createMailbox, phantomClient } from './phantom.ts'
import { mailReader, noAssets, startServer } from './servers.ts'

const ACCOUNTS = 200
/** Ten codes an hour are mailed to each, and a run logs in thousands of times. */
const HASHLESS_ACCOUNTS = 3000

/** Bundles and starts what is compared, and one more that only counts. */
export async function start(directory: string) {
  const secrets = await localSecrets(`${directory}/secrets.json`)
  // wrangler reads the secrets that wrangler.toml requires from here.
  Object.assign(process.env, secrets)
  const { workerOptions } = unstable_getMiniflareWorkerOptions('wrangler.toml')
  const [deployed, metered, bare] = await Promise.all([
    bundle(`${directory}/deployed`),
    bundle(`${directory}/metered`, 'scripts/bench/metered-worker.ts'),
    bundle(`${directory}/bare`, 'scripts/bench/bare-worker.ts'),
  ])
  const peppers = parseKeyring(secrets.PASSWORD_PEPPER)
  const sealingKeys = parseKeyring(secrets.SEALING_KEYS)
  if (!peppers || !sealingKeys) throw new TypeError('the secrets are no key rings')
  // The one setting that opening a mail needs.
  const settings = { SEALING_KEYS: sealingKeys } as Settings
  const stored = await hashPassword(peppers, PASSWORD)
  const unhashed = withoutHash(stored, peppers[0].bytes)

  // The `[vars]` of wrangler.toml, all of them strings.
  const vars = workerOptions['bindings'] as Readonly<Record<string, string>>
  const {
    modulesRules: _rules,
    queueConsumers: _consumers,
    assets: _assets,
    ...options
  } = workerOptions
  /** A Worker with the bindings of wrangler.toml. */
  const workerOf = (modules: readonly Module[], isHashless: boolean) => ({
    ...options,
    bindings: { ...vars, ...secrets },
    // Without `assets`, and so without the router of Cloudflare's that would stand in front of the
    // Worker in the same process: half a millisecond a request that is neither our code nor on our
    // bill.
    serviceBindings: { ASSETS: noAssets },
    modules: [
      ...(isHashless
        ? [{ type: 'ESModule' as const, path: 'hashless.js', contents: HASHLESS }]
        : []),
      ...modules,
    ],
  })

  const seedOf = (isHashless: boolean): [count: number, passwordHash: string] =>
    isHashless ? [HASHLESS_ACCOUNTS, unhashed] : [ACCOUNTS, stored]

  /** The service as it would be deployed, but for who takes its mails from the queue. */
  async function startPhantom(modules: readonly Module[], isHashless = false) {
    const mailbox = createMailbox()
    const onMail = async (sealed: string) => {
      const mail = await openMail({ settings }, sealed)
      const { code } = (mail?.data ?? {}) as { code?: unknown }
      if (mail?.template === 'login_code') mailbox.deliver(mail.to ?? '', String(code))
    }
    const worker = { ...workerOf(modules, isHashless), name: 'phantom' }
    const seed = seedOf(isHashless)
    const server = await startServer(worker, [mailReader(onMail, queueOf(isHashless))])
    const accounts = await seedAccounts(server, 'phantom', ...seed)
    const keys = await seedKeys(server, 'phantom', accounts, settings)
    const http = client(server.url)
    return { server, accounts, keys, send: http.send, client: phantomClient(http.send, mailbox) }
  }

  async function startBare(isHashless = false) {
    const worker = { ...workerOf(bare, isHashless), name: 'bare' }
    const seed = seedOf(isHashless)
    const server = await startServer(worker, [
      mailReader(() => Promise.resolve(), queueOf(isHashless)),
    ])
    const accounts = await seedAccounts(server, 'bare', ...seed)
    const db = await server.miniflare.getD1Database('DB', 'bare')
    await db.prepare('CREATE TABLE bare_sessions (id TEXT PRIMARY KEY, user_id TEXT, at INT)').run()
    return { server, accounts, client: bareClient(client(server.url).send, stored) }
  }

  // One after the other: a workerd is recognised as the one that was not there before.
  return {
    counting: await startPhantom(metered),
    phantom: await startPhantom(deployed),
    bare: await startBare(),
    hashless: { phantom: await startPhantom(deployed, true), bare: await startBare(true) },
  }
}

/**
 * As in wrangler.toml where many log in at once, so that handing over the mails costs what it will
 * cost; without the wait for more mails where one logs in after the other.
 */
const queueOf = (isHashless: boolean) => ({ maxBatchSize: 20, maxBatchTimeout: isHashless ? 1 : 0 })

/**
 * Goes in front of a bundle and takes the password hash out of it: all the rest of a login is done,
 * and its CPU time is no longer hidden in the noise of a hundred milliseconds.
 */
const HASHLESS = `
Object.defineProperty(crypto.subtle, 'deriveBits', { value: async () => new ArrayBuffer(64) })
export * from './index.js'
export { default } from './index.js'`

/** What a stored hash looks like to a Worker that has no password hash. */
const withoutHash = (stored: string, pepper: Uint8Array) => {
  const hash = createHmac('sha512', pepper).update(Buffer.alloc(64)).digest('base64url')
  return [...stored.split('$').slice(0, -1), hash].join('$')
}

export type Started = Awaited<ReturnType<typeof start>>
