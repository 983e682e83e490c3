import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { certificates } from './scripts/dev/ca.ts'
import { localSecrets } from './scripts/dev/secrets.ts'
import { LOCAL_DIRECTORY, MAILBOX_USER, SECRETS_FILE } from './tests/support/smtp-mailbox/server.ts'
import { defineConfig, type Plugin } from 'vitest/config'

/** Bytes that the stores of `npm run test:deep` may take, and some more. */
const ROOM = 8 * 1024 ** 3
const IN_MEMORY = '/dev/shm'
// The stores of the tests lie in memory where there is room: on a disk each commit waits for it.
if (existsSync(IN_MEMORY)) {
  const { bavail, bsize } = statfsSync(IN_MEMORY)
  if (bavail * bsize >= ROOM) process.env['TMPDIR'] ??= IN_MEMORY
}

// miniflare reads this variable when it is imported: the CA first, then the plugin.
process.env['NODE_EXTRA_CA_CERTS'] = (await certificates(LOCAL_DIRECTORY)).ca
process.env['CLOUDFLARE_CF_FETCH_ENABLED'] = 'false'
process.env['WRANGLER_SEND_METRICS'] = 'false'
const secrets = await localSecrets(SECRETS_FILE)
// Where wrangler looks for the secrets that wrangler.toml requires.
Object.assign(process.env, secrets)
const { cloudflareTest, readD1Migrations } = await import('@cloudflare/vitest-plugin')

const migrations = await readD1Migrations('./migrations')
const PUBLIC_URL = 'https://auth.phantom.test'

/** The Worker's own runtime, with everything that wrangler.toml binds to it, for a project of tests. */
const workerd = (project: string) =>
  cloudflareTest(({ inject }) => ({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      // Mails at once: with wrangler.toml's batch timeout each would take a second.
      queueConsumers: {
        'phantom-mail': {
          maxBatchSize: 20,
          maxBatchTimeout: 0,
          maxRetries: 8,
          deadLetterQueue: 'phantom-mail-dead',
        },
        'phantom-mail-dead': { maxBatchSize: 20, maxBatchTimeout: 0 },
      },
      // Another Worker of the platform, bound to ours (tests/features/rpc).
      serviceBindings: { ORDERS: 'orders' },
      workers: [
        {
          name: 'orders',
          modules: true,
          scriptPath: './tests/support/orders-worker.js',
          compatibilityDate: '2026-11-01',
          serviceBindings: {
            SECURITY: {
              name: `vitest-plugin-runner-${project}`,
              entrypoint: 'PhantomSecurity',
              props: { service: 'orders' },
            },
          },
        },
      ],
      bindings: {
        ...secrets,
        TEST_MIGRATIONS: migrations,
        MAILBOX_URL: inject('mailbox').url,
        BREACHED_PASSWORDS_URL: `${inject('breaches').url}/range`,
        PUBLIC_URL,
        ISSUER: PUBLIC_URL,
        EMAIL_HOST: '127.0.0.1',
        EMAIL_PORT: String(inject('mailbox').ports.starttls),
        EMAIL_USE_TLS: 'true',
        EMAIL_USE_SSL: 'false',
        EMAIL_HOST_USER: MAILBOX_USER,
        EMAIL_FROM: `Phantom Security <${MAILBOX_USER}>`,
      },
    },
  }))

/**
 * Imports a `.txt` file as its text, as wrangler does by default. Vite alone would import its
 * address, and the policy would take that for the list of common passwords.
 */
const textModules: Plugin = {
  name: 'text-modules',
  enforce: 'pre',
  load: (id) =>
    id.endsWith('.txt') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : undefined,
}

/** In `npm run test:deep` a race is of a thousand requests. */
const inWorkerd = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  setupFiles: ['./tests/support/setup.ts'],
}

/** It compares times, which another file beside it would lengthen. */
const ALONE = ['tests/attacks/timing.test.ts']

/** Vitest runs projects beside each other if both of these are the same: two files of either at a time. */
const besideEachOther = { maxWorkers: 2, sequence: { groupOrder: 1 } }

export default defineConfig({
  test: {
    globalSetup: './tests/support/smtp-mailbox/server.ts',
    reporters: ['default', './tests/support/reporter.ts'],
    // The Worker logs a line for each request: of interest where a test fails.
    silent: 'passed-only',
    provide: { isDeep: process.env['TEST_DEEP'] === '1' },
    // workerd rejects a promise that no code can reach when a peer's certificate is not trusted; the
    // socket reports the same failure where it can be caught.
    onUnhandledError: ({ message }) => !message.startsWith('internal error; reference = '),
    projects: [
      {
        plugins: [workerd('workers')],
        test: {
          ...inWorkerd,
          name: 'workers',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/e2e/**', 'tests/pure/**', ...ALONE],
          // One runtime for many files; setup.ts empties its stores before each.
          isolate: false,
          // One file waits (for mails, for what hangs) while the other computes.
          ...besideEachOther,
        },
      },
      {
        plugins: [workerd('alone')],
        test: {
          ...inWorkerd,
          name: 'alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        plugins: [textModules],
        test: {
          name: 'pure',
          environment: 'node',
          include: ['tests/pure/**/*.test.ts'],
          // No file leaves anything behind for the next: a thread and its modules serve many.
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['tests/e2e/**/*.test.ts'],
          // Vitest runs it only where a file of e2e is asked for.
          globalSetup: './tests/support/e2e/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          ...besideEachOther,
        },
      },
    ],
  },
})
