import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, test } from 'vitest'
import * as z from 'zod'
import { dependencies } from '../../package.json'
import { childrenNamed, cpuMs } from '../../scripts/bench/cpu.ts'

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js'
/** 329 as measured, 54 of which are the rules of company numbers (25) and telephone numbers (29). */
const MAX_GZIP_KIB = 350
const MAX_LOADING_MS = 100

const directory = mkdtempSync(join(tmpdir(), 'phantom-bundle-'))
const canary = randomBytes(16).toString('hex')

const wrangler = (...args: string[]) =>
  promisify(execFile)(process.execPath, [WRANGLER, ...args], {
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: 'false',
      CI: '1',
      // Whatever wrangler knows of secrets must stay out of what it uploads.
      PASSWORD_PEPPER: canary,
      SEALING_KEYS: canary,
      SIGNING_KEYS: canary,
      AUDIT_KEYS: canary,
      EMAIL_HOST_PASSWORD: canary,
    },
  })

/** What would be uploaded: all that wrangler wrote but its notes to us. */
const modules = () =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !/\.map$|^README\.md$|^meta\.json$/.test(file.name))
    .map((file) => readFileSync(join(file.parentPath, file.name)))

const metafile = z.object({ inputs: z.record(z.string(), z.unknown()) })

const LOADER = `
export default {
  async fetch() {
    await import('./index.js')
    return new Response()
  },
}`

/**
 * CPU milliseconds that workerd needs to compile and run the bundle's global scope. CPU time and not the
 * elapsed time that `wrangler check startup` samples, which doubles when another process is busy too.
 */
async function loadingMs(): Promise<number> {
  const before = childrenNamed('workerd')
  const contents = readFileSync(join(directory, 'index.js'), 'utf8')
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      compatibilityDate: '2026-11-01',
      modules: [
        { type: 'ESModule', path: 'loader.js', contents: LOADER },
        { type: 'ESModule', path: 'index.js', contents },
      ],
    }),
  )
  try {
    await miniflare.ready
    const [pid] = childrenNamed('workerd').filter((child) => !before.includes(child))
    if (pid === undefined) throw new Error('workerd is not running')
    const from = cpuMs(pid)
    const response = await miniflare.dispatchFetch('http://127.0.0.1/')
    if (!response.ok) throw new Error(await response.text())
    return cpuMs(pid) - from
  } finally {
    await miniflare.dispose()
  }
}

describe('the deployed Worker', () => {
  beforeAll(async () => {
    const metafilePath = join(directory, 'meta.json')
    await wrangler('deploy', '--dry-run', '--outdir', directory, '--metafile', metafilePath)
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test(`is at most ${MAX_GZIP_KIB} KiB, packed`, ({ expect }) => {
    expect(modules().length).toBeGreaterThan(0)
    expect(gzipSync(Buffer.concat(modules())).length / 1024).toBeLessThanOrEqual(MAX_GZIP_KIB)
  })

  test('consists of src/ and the dependencies, and of no test or tool', ({ expect }) => {
    const meta: unknown = JSON.parse(readFileSync(join(directory, 'meta.json'), 'utf8'))
    const inputs = Object.keys(metafile.parse(meta).inputs)
    const isAllowed = (path: string) =>
      path.startsWith('src/') ||
      path === 'package.json' ||
      Object.keys(dependencies).some((name) => path.startsWith(`node_modules/${name}/`))
    expect(inputs).toContain('src/index.ts')
    expect(inputs.filter((path) => !isAllowed(path))).toEqual([])
  })

  test('holds no secret of the machine that built it, and no name of a test tool', ({ expect }) => {
    const text = Buffer.concat(modules()).toString('latin1')
    for (const word of [canary, 'maildev', 'vitest', 'smtp-server', 'mailparser', '.dev/secrets']) {
      expect(text).not.toContain(word)
    }
  })

  test('serves no source map and no source', ({ expect }) => {
    const files = readdirSync('public', { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    )
    const names = files.map(({ name }) => name)
    expect(names.filter((name) => !/\.(css|js|svg)$/.test(name))).toEqual([])
    for (const file of files) {
      const text = readFileSync(join(file.parentPath, file.name), 'utf8')
      expect(text).not.toContain('sourceMappingURL')
    }
  })

  test(`is loaded in ${MAX_LOADING_MS} ms of CPU time`, async ({ expect }) => {
    const loadings = [await loadingMs(), await loadingMs(), await loadingMs()]
    expect(Math.min(...loadings)).toBeLessThanOrEqual(MAX_LOADING_MS)
  })
})
