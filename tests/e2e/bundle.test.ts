import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, test } from 'vitest'
import * as z from 'zod'
import { dependencies } from '../../package.json'
import { startOnSocket } from '../support/e2e/on-socket.ts'

const WRANGLER = 'node_modules/wrangler/bin/wrangler.js'
/**
 * 393 as measured with the audit log, the jobs and their mails; 54 of them are the rules of company
 * numbers (25) and telephone numbers (29). The platform takes 10 MiB.
 */
const MAX_GZIP_KIB = 405
/** What is loaded, compiled and run before the first request, not packed; 595 as measured. */
const MAX_START_KIB = 597

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

/** What would be uploaded, by name: all that wrangler wrote but its notes to us. */
const upload = () =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && !/\.map$|^README\.md$|^meta\.json$/.test(file.name))
    .map(({ name, parentPath }) => ({ name, bytes: readFileSync(join(parentPath, name)) }))

const modules = () => upload().map(({ bytes }) => bytes)

/** The files that wrangler puts beside the bundle: the metafile has no input for them. */
const assets = () => upload().filter(({ name }) => name !== 'index.js')

const metafile = z.object({
  inputs: z.record(
    z.string(),
    z.object({
      imports: z.array(
        z.object({ path: z.string(), kind: z.string(), external: z.boolean().optional() }),
      ),
    }),
  ),
  outputs: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.object({ bytesInOutput: z.int() })),
      imports: z.array(z.object({ path: z.string(), kind: z.string() })),
    }),
  ),
})

const importsOf = ({ inputs }: z.output<typeof metafile>, path: string) =>
  (inputs[path]?.imports ?? []).map((imported) => imported.path)

/** What is loaded when a Worker starts: all that is imported by statements, from the entry on. */
function loadedAtStart({ inputs }: z.output<typeof metafile>): string[] {
  const seen = new Set<string>()
  const visit = (path: string) => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { path: next, kind, external } of inputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) visit(next)
    }
  }
  visit('src/index.ts')
  return [...seen]
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

  test('has one text beside its bundle: the common passwords', ({ expect }) => {
    const texts = assets().map(({ name, bytes }) => [
      name.replace(/^[0-9a-f]+-/, ''),
      bytes.toString(),
    ])
    const list = readFileSync('src/identity/password-policy/common-passwords.txt', 'utf8')
    expect(texts).toEqual([['common-passwords.txt', list]])
  })

  test('refuses a common password, so the list came with it', async ({ expect }) => {
    const server = await startOnSocket()
    try {
      const response = await fetch(`http://127.0.0.1:${server.port}/api/users/create/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': '10.0.0.1' },
        body: JSON.stringify({
          email: 'ada@example.com',
          password: 'correct horse battery staple',
        }),
      })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        code: 'password_rejected',
        errors: [{ code: 'too_common' }],
      })
    } finally {
      await server.stop()
    }
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

  test('loads at its start neither mail nor jobs, rules of numbers nor common passwords', ({
    expect,
  }) => {
    const meta = metafile.parse(JSON.parse(readFileSync(join(directory, 'meta.json'), 'utf8')))
    const loaded = loadedAtStart(meta)
    expect(loaded).toContain('src/app.ts')
    const later = /nodemailer|stdnum|libphonenumber|otpauth|uqr|src\/crons|src\/mails/
    expect(loaded.filter((path) => later.test(path))).toEqual([])
    const mails = importsOf(meta, 'src/mails.ts').filter((path) => path.startsWith('src/features/'))
    expect(mails.length).toBeGreaterThan(50)
    expect(loaded.filter((path) => mails.includes(path))).toEqual([])
    const jobs = importsOf(meta, 'src/crons.ts').filter((path) => path.startsWith('src/features/'))
    expect(jobs.length).toBeGreaterThan(10)
    expect(loaded.filter((path) => jobs.includes(path))).toEqual([])
    const sizes = Object.values(meta.outputs).flatMap(({ inputs }) => Object.entries(inputs))
    const bytes = sizes.map(([path, { bytesInOutput }]) =>
      loaded.includes(path) ? bytesInOutput : 0,
    )
    const kib = bytes.reduce((sum, size) => sum + size, 0) / 1024
    expect(kib).toBeLessThanOrEqual(MAX_START_KIB)
    // Nothing beside the bundle is in this sum, so all of it has to be loaded later.
    const imports = Object.values(meta.outputs).flatMap((output) => output.imports)
    const kinds = assets().flatMap(({ name }) =>
      imports.filter(({ path }) => path === `./${name}`).map(({ kind }) => kind),
    )
    expect(kinds).toEqual(['dynamic-import'])
  })
})
