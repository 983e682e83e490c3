import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const WRANGLER = resolve('node_modules/wrangler/bin/wrangler.js')

/**
 * Bundles a Worker as `wrangler deploy` would, with the settings of wrangler.toml, and returns its one
 * module. Without an entry: the Worker that is deployed.
 */
export async function bundle(directory: string, entry?: string): Promise<string> {
  const args = ['deploy', ...(entry ? [entry] : []), '--dry-run', '--outdir', directory]
  await wrangler(args)
  return readFileSync(join(directory, entry ? outputOf(entry) : 'index.js'), 'utf8')
}

const outputOf = (entry: string) => `${entry.split('/').at(-1)?.replace(/\.ts$/, '')}.js`

async function wrangler(args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [WRANGLER, ...args], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  })
}
