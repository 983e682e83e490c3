import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const WRANGLER = resolve('node_modules/wrangler/bin/wrangler.js')

/** A file of an upload, as miniflare takes it. */
export type Module = Readonly<{ type: 'ESModule' | 'Text'; path: string; contents: string }>

/**
 * Bundles a Worker as `wrangler deploy` would, with the settings of wrangler.toml, and returns its
 * modules: `index.js` first, then the texts that it imports. Without an entry: the Worker that is
 * deployed.
 */
export async function bundle(directory: string, entry?: string): Promise<readonly Module[]> {
  const args = ['deploy', ...(entry ? [entry] : []), '--dry-run', '--outdir', directory]
  await wrangler(args)
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')
  const texts = readdirSync(directory).filter((name) => name.endsWith('.txt'))
  return [
    { type: 'ESModule', path: 'index.js', contents: read(entry ? outputOf(entry) : 'index.js') },
    ...texts.map((path) => ({ type: 'Text' as const, path, contents: read(path) })),
  ]
}

const outputOf = (entry: string) => `${entry.split('/').at(-1)?.replace(/\.ts$/, '')}.js`

async function wrangler(args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [WRANGLER, ...args], {
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  })
}
